import type { MailAddress } from "@mailfleet/contracts";
import { decodeWords, encodedWordAt } from "./encoded-words.ts";
import { shownText } from "./header-value.ts";

const LONGEST_NAME = 500;
const LONGEST_ADDRESS = 500;
/** Characters of a field, and of one name in it, that are read. */
const LONGEST_READ = 64 * 1024;
const LONGEST_PHRASE = 8 * 1024;
/** Raw characters within brackets, and within those of a domain literal (RFC 5321 §4.1.3). */
const LONGEST_ANGLE = 2000;
const LONGEST_LITERAL = 100;
/** Stands for an encoded word where only the shape of an entry is looked at. */
const ENCODED = "\ue000";

/** One address, with a name of plain words or none: nearly every From. */
const usual = /^[ \t]*(?:([A-Za-z0-9][\w.' -]{0,100}) )?<?([\w.+-]{1,100}@[\w.-]{1,200})>?[ \t]*$/;

/**
 * Reads an address list (RFC 5322 §3.4 and the obsolete forms of §4.4). `value` is unfolded, one character per byte. It is
 * parsed first and decoded afterwards (RFC 2047 §6.2), so that a comma, a bracket or an address inside an encoded word is
 * part of a name and nothing else. A group that is empty is one entry with neither name nor address. Only the first `limit`
 * entries, within the first 64 KiB, are read; `count` says how many there are.
 */
export function parseAddresses(value: string, limit = 1000, fallback?: string): { list: MailAddress[]; count: number } {
  const [, name = "", address] = usual.exec(value) ?? [];
  if (address !== undefined) return { list: [{ name: name.trimEnd() || null, address }], count: 1 };
  const list: MailAddress[] = [];
  const quotes = { broken: false };
  let count = 0;
  let tried = 0;
  let group: string | undefined;
  let inGroup = 0;
  let entry = new Entry(fallback, quotes);
  const finish = () => {
    const address = entry.finish();
    tried += 1;
    if (address) {
      count += 1;
      inGroup += 1;
      list.push(group === undefined ? address : { ...address, group });
    }
    entry = new Entry(fallback, quotes);
  };
  const endGroup = () => {
    if (group !== undefined && inGroup === 0) list.push({ name: null, address: null, group });
    group = undefined;
  };
  let at = 0;
  const end = Math.min(value.length, LONGEST_READ);
  while (at < end && list.length < limit && tried < limit * 4) {
    const letter = value[at] as string;
    if (letter === ",") {
      finish();
      at += 1;
    } else if (letter === ";") {
      // Between addresses it is the comma of those who write lists for Outlook.
      finish();
      endGroup();
      at += 1;
    } else if (letter === ":" && group === undefined && entry.isGroupName) {
      const name = entry.name() ?? "";
      if (name.toLowerCase() !== "mailto") group = name;
      inGroup = 0;
      entry = new Entry(fallback, quotes);
      at += 1;
    } else at = entry.take(value, at);
  }
  finish();
  if (at < value.length) count += countEntries(value, at);
  else endGroup();
  return { list: list.slice(0, limit), count };
}

/** How many entries follow, in one pass: nothing but quotes, comments, brackets and separators is looked at. */
function countEntries(value: string, from: number): number {
  let count = 0;
  let depth = 0;
  let quoted = false;
  let angle = false;
  let begun = false;
  for (let at = from; at < value.length; at++) {
    const letter = value[at];
    if (letter === "\\") at += 1;
    else if (quoted) quoted = letter !== '"';
    else if (letter === '"') quoted = begun = true;
    else if (letter === "(") depth += 1;
    else if (depth > 0) depth -= letter === ")" ? 1 : 0;
    else if (angle) angle = letter !== ">";
    else if (letter === "<") angle = begun = true;
    else if (letter === "," || letter === ";") {
      if (begun) count += 1;
      begun = false;
    } else if (letter === ":") begun = false;
    else if (letter !== " " && letter !== "\t") begun = true;
  }
  return begun ? count + 1 : count;
}

const blank = /[ \t\r\n]/;
/** Letters up to the next one that could mean something. */
const run = /[^ \t\r\n,;:<>"()=[]+/y;

/** One entry while it is read: phrase, address in brackets, comments. */
class Entry {
  /** Phrase or bare address, one character per byte; quotes undone in `#phrase`, kept in `#written`. */
  #phrase = "";
  #written = "";
  #angle: string | null = null;
  #comment = "";
  readonly #fallback: string | undefined;
  /** Of the whole list: a quote had no end, so that further ones are letters. */
  readonly #quotes: { broken: boolean };

  constructor(fallback: string | undefined, quotes: { broken: boolean }) {
    this.#fallback = fallback;
    this.#quotes = quotes;
  }

  get isGroupName(): boolean {
    return this.#angle === null && this.#phrase.trim() !== "" && !this.#written.includes("@");
  }

  /** Takes the token that begins at `at` and returns the index behind it. */
  take(value: string, at: number): number {
    const letter = value[at] as string;
    if (letter === '"' && !this.#quotes.broken) return this.#takeQuoted(value, at);
    if (letter === "(") return this.#takeComment(value, at);
    // What follows the first address in brackets of one entry is no second address.
    if (letter === "<" && this.#angle === null) return this.#takeAngle(value, at);
    if (letter === "=") {
      const word = encodedWordAt(value, at);
      if (word) {
        this.#add(value.slice(at, word.end), ENCODED);
        return word.end;
      }
    }
    if (letter === "[") {
      const end = value.slice(at, at + LONGEST_LITERAL).indexOf("]");
      const literal = end < 0 ? letter : value.slice(at, at + end + 1);
      this.#add(literal);
      return at + literal.length;
    }
    run.lastIndex = at;
    const text = run.exec(value)?.[0] ?? letter;
    this.#add(text);
    return at + text.length;
  }

  #add(text: string, written = text): void {
    if (this.#phrase.length > LONGEST_PHRASE) return;
    this.#phrase += text;
    this.#written += written;
  }

  #takeQuoted(value: string, at: number): number {
    let text = "";
    let index = at + 1;
    let from = index;
    for (; index < value.length && value[index] !== '"'; index++)
      if (value[index] === "\\" && index + 1 < value.length) {
        text += value.slice(from, index);
        from = ++index;
      }
    if (index >= value.length) {
      this.#quotes.broken = true;
      return at + 1;
    }
    text += value.slice(from, index);
    this.#add(text, value.slice(at, index + 1));
    return index + 1;
  }

  #takeComment(value: string, at: number): number {
    let depth = 0;
    let text = "";
    let index = at;
    for (; index < value.length; index++) {
      const letter = value[index] as string;
      if (letter === "(" && depth++ === 0) continue;
      if (letter === ")" && --depth === 0) break;
      if (letter === "\\" && index + 1 < value.length) index += 1;
      text += value[index];
    }
    if (text.trim() !== "" && this.#comment.length < LONGEST_NAME) this.#comment += this.#comment ? ` ${text}` : text;
    return index + 1;
  }

  #takeAngle(value: string, at: number): number {
    const end = angleEnd(value, at);
    this.#angle = value.slice(at + 1, end);
    return end + 1;
  }

  name(): string | null {
    const phrase = decodeWords(this.#phrase, this.#fallback).replace(/\s+/g, " ");
    return shownText(phrase, LONGEST_NAME) || null;
  }

  finish(): MailAddress | null {
    const comment = shownText(decodeWords(this.#comment, this.#fallback), LONGEST_NAME) || null;
    if (this.#angle !== null) {
      const address = addressText(this.#angle, this.#fallback);
      const name = this.name() ?? comment;
      return address || name ? { name, address: address || null } : null;
    }
    const written = this.#written.trim();
    if (written === "" && comment === null) return null;
    if (written.includes("@")) {
      const shape = written.replace(/"(?:[^"\\]|\\.)*"/g, "q").replace(/[ \t\r\n]*([@.])[ \t\r\n]*/g, "$1");
      if (!blank.test(shape) && !shape.includes(ENCODED))
        return { name: comment, address: addressText(written, this.#fallback) };
      // A name and an address without brackets: the last word is the address.
      const [last = ""] = /[^ \t\r\n"\ue000]+@[^ \t\r\n"\ue000]+$/.exec(written) ?? [];
      if (last !== "") {
        this.#phrase = this.#phrase.trimEnd().slice(0, -last.length);
        return { name: this.name() ?? comment, address: addressText(last, this.#fallback) };
      }
    }
    const name = this.name() ?? comment;
    return name === null ? null : { name, address: null };
  }
}

/** Where an angle bracket ends: quoted strings in it may hold another. Without an end, where the entry ends. */
function angleEnd(value: string, at: number): number {
  let quoted = false;
  for (let index = at + 1; index < Math.min(value.length, at + LONGEST_ANGLE); index++) {
    const letter = value[index];
    if (letter === "\\" && quoted) index += 1;
    else if (letter === '"') quoted = !quoted;
    else if (letter === ">" && !quoted) return index;
  }
  const comma = value.slice(at, at + LONGEST_ANGLE).indexOf(",");
  return comma < 0 ? Math.min(value.length, at + LONGEST_ANGLE) : at + comma - 1;
}

/** An address without blanks outside quotes, comments, and the route of RFC 5322 §4.4. */
function addressText(raw: string, fallback: string | undefined): string {
  let text = raw.replace(/^\s*mailto:/i, "");
  text = text.includes("(") ? text.replace(/\((?:[^()\\]|\\.)*\)/g, "") : text;
  if (/^\s*@/.test(text)) text = text.replace(/^\s*@[^:]*:/, "");
  if (blank.test(text))
    text = text.replace(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g, (_, quoted: string | undefined) => quoted ?? "");
  return shownText(decodeBytes(text, fallback), LONGEST_ADDRESS);
}

/** Letters outside ASCII in an address are UTF-8 (RFC 6532); an encoded word is not part of an address (RFC 2047 §5). */
function decodeBytes(text: string, fallback: string | undefined): string {
  return /[\x80-\xff]/.test(text)
    ? decodeWords(text.replaceAll("=?", "=\u0000?"), fallback).replaceAll("\u0000", "")
    : text;
}
