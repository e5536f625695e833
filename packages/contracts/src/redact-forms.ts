import { decodeOnce, lettersOf, lowerCase } from "./redact-letters.ts";

/** One way to write a secret, as bytes, with what a linear search needs. */
export interface Form {
  readonly bytes: Uint8Array;
  /** For each length of a part match, the next shorter one that ends at the same byte. */
  readonly back: Uint32Array;
  /** At the end of a line, a beginning of at least this many bytes counts. */
  readonly shortest: number;
  /** So many letters before and behind it hold a part of the secret, too. */
  readonly before: number;
  readonly behind: number;
}

/** The forms of one secret: those that are searched in text, and those that are searched in base64. */
export interface FormSet {
  readonly plain: readonly Form[];
  readonly base64: readonly Form[];
  /** Matches each text of ASCII in which a form, or a beginning of one that counts, may stand. */
  readonly starts: RegExp;
}

/** No more of a text is looked at either. */
const LONGEST = 8 * 1024;
/** Shorter base64 would take innocent words out as well. */
const SHORTEST_BASE64 = 4;
/** So many characters of a secret may stand at the end of a line by chance. */
const SHORTEST_BEGINNING = 3;

const utf8 = new TextEncoder();

/**
 * Each way to write a secret that is not a way to write single characters: as it is, with what looks like an escape in it
 * taken for one, its bytes shown as Latin-1 or sent as Latin-1, with plus for blanks, in hexadecimal, and in base64 behind
 * 0, 1 or 2 bytes.
 */
export function formsOf(secret: string): FormSet {
  const kept = secret.slice(0, LONGEST);
  const bytes = utf8.encode(kept);
  const plain = new Map<string, Uint8Array>();
  const add = (form: Uint8Array) => plain.set(form.join(), form.map(lowerCase));
  const letters = lettersOf(kept);
  add(letters.bytes);
  add(decodeOnce(letters).bytes);
  if (kept.includes(" ")) add(utf8.encode(kept.replaceAll(" ", "+")));
  const notAscii = bytes.some((byte) => byte > 127);
  if (notAscii) {
    add(utf8.encode(Buffer.from(bytes).toString("latin1")));
    if (![...kept].some((letter) => letter > "\u00ff")) add(Buffer.from(kept, "latin1"));
  }
  if (bytes.length >= SHORTEST_BEGINNING) add(Buffer.from(Buffer.from(bytes).toString("hex"), "latin1"));
  const base64 = [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const end = (before + bytes.length) * 8;
    const form = Buffer.from(encoded.slice(Math.ceil((before * 8) / 6), Math.floor(end / 6)), "latin1");
    if (form.length < SHORTEST_BASE64) return [];
    return { ...compile(form, SHORTEST_BASE64), before: before === 0 ? 0 : 1, behind: end % 6 === 0 ? 0 : 1 };
  });
  const forms = [...plain.values()].map((form) => compile(form, SHORTEST_BEGINNING));
  return { plain: forms, base64, starts: startsOf([...forms, ...base64]) };
}

function compile(form: Uint8Array, shortest: number): Form {
  const back = new Uint32Array(form.length);
  for (let at = 1, length = 0; at < form.length; at++) {
    while (length > 0 && form[at] !== form[length]) length = back[length - 1] as number;
    if (form[at] === form[length]) length += 1;
    back[at] = length;
  }
  return { bytes: form, back, shortest, before: 0, behind: 0 };
}

/** Base64 may be folded with blanks and use the other alphabet. */
function startsOf(forms: readonly Form[]): RegExp {
  const starts = forms
    .map(({ bytes, shortest }) => [...bytes.subarray(0, shortest)])
    .filter((bytes) => bytes.every((byte) => byte < 128))
    .map((bytes) => bytes.map(startLetter).join("[ \\t]*"));
  return starts.length === 0 ? /^(?!)/ : new RegExp(starts.join("|"), "i");
}

function startLetter(byte: number): string {
  if (byte === 43) return "[-+]";
  if (byte === 47) return "[_/]";
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
