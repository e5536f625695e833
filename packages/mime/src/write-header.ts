import { domainToASCII } from "node:url";
import type { MailAddress } from "@mailfleet/contracts";
import { parseAddresses } from "./addresses.ts";
import { guessText } from "./charset.ts";
import { encodedWordAt } from "./encoded-words.ts";
import { unfold } from "./header-value.ts";
import type { RawField } from "./message-walker.ts";
import { parseParameters } from "./parameters.ts";

/** RFC 5322 §2.1.1: a line may have no more bytes, and should have no more than 78. */
export const LONGEST_LINE = 998;
const FOLD_AT = 76;
/** Bytes of text in one encoded word: in base64 and with its frame 72 of the 75 that RFC 2047 §2 allows. */
const WORD_BYTES = 45;

const addressFields = new Set(
  ["from", "sender", "reply-to", "to", "cc"]
    .flatMap((name) => [name, `resent-${name}`])
    .concat("disposition-notification-to"),
);
const fieldsWithParameters = new Set(["content-type", "content-disposition"]);
/** Fields for machines, in which an encoded word means nothing. */
const machineFields =
  /^(?:received|return-path|references|in-reply-to|message-id|resent-message-id|date|resent-date|mime-version|content-(?:id|transfer-encoding|location|language)|dkim-signature|arc-.*|authentication-results|received-spf|list-.*|auto-submitted)$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must not stay.
const controls = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** True if a field may be sent as it is: ASCII, no control characters, no line longer than 998. */
export function isLegalField({ raw }: RawField): boolean {
  return /^[\t\r\n\x20-\x7e]*$/.test(raw) && raw.split("\r\n").every(({ length }) => length <= LONGEST_LINE);
}

/**
 * A field as it may be sent: text that is not ASCII in encoded words (RFC 2047) or percent codes (RFC 2231), lines folded.
 * Addresses whose local part is not ASCII stay as they are, in UTF-8 (RFC 6532). `null` if the field cannot be written.
 */
export function legalField(field: RawField): string | null {
  if (isLegalField(field)) return field.raw;
  const colon = field.raw.indexOf(":");
  const name = field.raw.slice(0, colon).trimEnd();
  const value = unfold(field.raw.slice(colon + 1))
    .replace(controls, "")
    .trim();
  if (addressFields.has(field.name)) return foldedAddresses(name, value);
  if (fieldsWithParameters.has(field.name)) return withParameters(name, value);
  if (machineFields.test(field.name)) return fold(name, value.replace(/[\x80-\xff]+/g, "?").split(/[ \t]+/));
  return fold(name, textWords(value));
}

/** Text as words of a header, each in ASCII and shorter than a line. What is encoded already stays. */
function textWords(value: string): string[] {
  const words: string[] = [];
  let run = "";
  let afterEncoded = false;
  const close = (beforeEncoded: boolean) => {
    if (run === "") return;
    // Blanks between encoded words do not count (RFC 2047 §6.2): those that are meant are encoded, too.
    words.push(...encodeWords(`${afterEncoded ? " " : ""}${run}${beforeEncoded ? " " : ""}`));
    afterEncoded = true;
    run = "";
  };
  for (const token of value.split(/[ \t]+/)) {
    const isWord = encodedWordAt(token, 0)?.end === token.length && /^[\x21-\x7e]*$/.test(token);
    if (!isWord && (/[^\x20-\x7e]/.test(token) || token.length > FOLD_AT * 8)) {
      run += `${run && " "}${guessText(Buffer.from(token, "latin1"))}`;
      continue;
    }
    close(isWord);
    words.push(token);
    afterEncoded = isWord;
  }
  close(false);
  return words;
}

/** A text in encoded words of UTF-8, none of which is split inside a character. */
export function encodeWords(text: string): string[] {
  const bytes = Buffer.byteLength(text);
  const quoted = [...text].filter((letter) => /[A-Za-z0-9 ]/.test(letter)).length * 3 > bytes * 2;
  const words: string[] = [];
  let held = "";
  let length = 0;
  for (const letter of text) {
    const cost = quoted ? quotedLetter(letter).length : Buffer.byteLength(letter);
    if (length + cost > (quoted ? WORD_BYTES + 15 : WORD_BYTES)) {
      words.push(encodeWord(held, quoted));
      held = "";
      length = 0;
    }
    held += letter;
    length += cost;
  }
  return [...words, encodeWord(held, quoted)];
}

function encodeWord(text: string, quoted: boolean): string {
  return quoted
    ? `=?UTF-8?Q?${[...text].map(quotedLetter).join("")}?=`
    : `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`;
}

/** RFC 2047 §5 (3): what may stand in the name of an address may stand anywhere. */
function quotedLetter(letter: string): string {
  if (letter === " ") return "_";
  if (/[A-Za-z0-9!*+/-]/.test(letter)) return letter;
  return [...Buffer.from(letter)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

/** Puts words on lines of at most 78 characters, where they are not longer themselves. */
function fold(name: string, words: readonly string[]): string | null {
  if (words.some(({ length }) => length > LONGEST_LINE - 2 - name.length)) return null;
  let text = `${name}:`;
  let line = text.length;
  for (const word of words) {
    if (line + 1 + word.length > FOLD_AT + 2 && line > name.length + 1) {
      text += "\r\n";
      line = 0;
    }
    text += ` ${word}`;
    line += 1 + word.length;
  }
  return text;
}

function foldedAddresses(name: string, value: string): string | null {
  const { list, count } = parseAddresses(value, 100_000);
  if (count > list.filter((entry) => entry.name !== null || entry.address !== null).length) return null;
  const words: string[] = [];
  let group: string | undefined;
  list.forEach((entry, at) => {
    const next = list[at + 1];
    if (entry.group !== undefined && entry.group !== group) words.push(...phrase(entry.group), ":");
    group = entry.group;
    words.push(...addressWords(entry));
    const ends = group !== undefined && next?.group !== group ? ";" : "";
    const last = words.length - 1;
    words[last] = `${words[last]}${ends}${next ? "," : ""}`;
  });
  const text = fold(name, words);
  return text && Buffer.from(text).toString("latin1");
}

function addressWords({ name, address }: MailAddress): string[] {
  const written = address === null ? null : writtenAddress(address);
  if (name === null) return written === null ? [""] : [written];
  return written === null ? phrase(name) : [...phrase(name), `<${written}>`];
}

function phrase(name: string): string[] {
  if (/[^\x20-\x7e]/.test(name) || name.includes("=?")) return encodeWords(name);
  return /^[\w!#$%&'*+/=?^`{|}~ -]+$/.test(name) ? name.split(" ") : [`"${name.replace(/["\\]/g, "\\$&")}"`];
}

/** The domain in ASCII (RFC 5890): only the part before the at sign can need an international server. */
function writtenAddress(address: string): string {
  const at = address.lastIndexOf("@");
  if (/^[\x21-\x7e]*$/.test(address) || at < 0) return address;
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1)) || address.slice(at + 1)}`;
}

/** A field with parameters as RFC 2231 has it, in UTF-8, whatever way they are written in. `null` if it cannot be. */
export function canonicalParameters(raw: string): string | null {
  const colon = raw.indexOf(":");
  return withParameters(raw.slice(0, colon).trimEnd(), raw.slice(colon + 1));
}

/**
 * Parameters outside ASCII as RFC 2231 has them, and the name of a Content-Type in the old way, too: programs that know
 * only the one or the other are both still there.
 */
function withParameters(name: string, field: string): string | null {
  const { value, parameters } = parseParameters(field);
  const words = [value.replace(/[^\x21-\x7e]+/g, "")];
  for (const [key, text] of parameters) {
    if (!/^[\x21-\x7e]+$/.test(key) || (key === "boundary" && /[^\x20-\x7e]/.test(text))) return null;
    const before = words.length - 1;
    words[before] = `${words[before]};`;
    if (/^[\w!#$&+.^`{|}~-]+$/.test(text) && text.length < 60) words.push(`${key}=${text}`);
    else if (/^[\x20-\x7e]*$/.test(text) && text.length < 500) words.push(`${key}="${text.replace(/["\\]/g, "\\$&")}"`);
    else if (key === "name" && /^content-type$/i.test(name)) words.push(`${key}="${encodeWords(text).join(" ")}"`);
    else words.push(...extended(key, text));
  }
  return fold(name, words);
}

/** RFC 2231 §3 and §4, in pieces that fit on a line. */
function extended(key: string, text: string): string[] {
  const pieces: string[] = [];
  let held = "";
  for (const letter of text) {
    const code = /[A-Za-z0-9.-]/.test(letter)
      ? letter
      : [...Buffer.from(letter)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
    if (held.length + code.length > 50) {
      pieces.push(held);
      held = "";
    }
    held += code;
  }
  pieces.push(held);
  if (pieces.length === 1) return [`${key}*=utf-8''${held}`];
  return pieces.map(
    (piece, at) => `${key}*${at}*=${at === 0 ? "utf-8''" : ""}${piece}${at < pieces.length - 1 ? ";" : ""}`,
  );
}
