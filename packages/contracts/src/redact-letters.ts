/** A text as bytes (UTF-8), each with the place in the text that it comes from. */
export interface Letters {
  readonly bytes: Uint8Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** 1 where nothing but closing marks stands between a byte and the end of its line. */
  readonly lineEnds: Uint8Array;
}

/** The same text with escapes taken for what they mean, and as base64: without blanks, in the usual alphabet. */
export interface Reading {
  readonly letters: Letters;
  readonly base64: Letters;
}

const CR = 13;
const LF = 10;
const BACKSLASH = 92;
const PERCENT = 37;
const EQUALS = 61;
const AMPERSAND = 38;

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  sol: "/",
  plus: "+",
  equals: "=",
};
const escaped =
  /(?:[%=]([0-9a-f]{2})|\\x([0-9a-f]{2})|\\u(d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|[0-9a-f]{4})|\\([0-7]{3})|\\(.)|&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));)/isy;
const closing = new Set(Buffer.from(" \t.…,;:!?\"'`<>()[]{}=*|"));
const utf8 = new TextEncoder();

/** All readings of a text that differ: as it stands, with its escapes undone, and with theirs undone once more. */
export function* readings(text: string): Generator<Reading> {
  let letters = lettersOf(text);
  for (let level = 0; level < 3; level++) {
    yield { letters: select(letters, toLowerCase), base64: select(letters, toUsualBase64) };
    const next = decodeOnce(letters);
    if (next === letters) return;
    letters = next;
  }
}

/** The bytes of a text without its folds: line breaks, indents and the reply codes that SMTP puts before each line. */
export function lettersOf(text: string): Letters {
  const made = new Collector(text.length * 3);
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === CR || code === LF || (code === EQUALS && /^=\r?\n/.test(text.slice(at, at + 3)))) {
      made.endLine();
      at += (/^=?[\r\n]+(?:\d{3}[- ])?[ \t]*/.exec(text.slice(at, at + 80)) as RegExpExecArray)[0].length;
    } else if (code < 128) {
      made.add(code, at, at + 1);
      at += 1;
    } else {
      const letter = String.fromCodePoint(text.codePointAt(at) as number);
      for (const byte of utf8.encode(letter)) made.add(byte, at, at + letter.length);
      at += letter.length;
    }
  }
  return made.letters();
}

/** Undoes percent, quoted-printable, backslash and entity escapes. The same object if there are none. */
export function decodeOnce(letters: Letters): Letters {
  const { bytes, from, to, lineEnds } = letters;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  if (!/[%=\\&]/.test(text)) return letters;
  const made = new Collector(bytes.length);
  let changed = false;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    const start = from[at] as number;
    const meant =
      byte === PERCENT || byte === EQUALS || byte === BACKSLASH || byte === AMPERSAND ? bytesMeant(text, at) : null;
    if (meant) {
      at = escaped.lastIndex;
      for (const value of meant) made.add(value, start, to[at - 1] as number);
      changed = true;
    } else made.add(byte, start, to[at++] as number);
    if (lineEnds[at - 1]) made.endLine();
  }
  return changed ? made.letters() : letters;
}

/** The bytes that the escape at this place means; `escaped.lastIndex` is behind it then. */
function bytesMeant(text: string, at: number): Uint8Array | null {
  escaped.lastIndex = at;
  const match = escaped.exec(text);
  return match && meaningOf(match);
}

function meaningOf([, ...groups]: RegExpExecArray): Uint8Array | null {
  const [hex, slashHex, unicode, octal, plain, decimal, hexadecimal, name] = groups;
  const pair = hex ?? slashHex;
  if (pair !== undefined) return Uint8Array.of(Number.parseInt(pair, 16));
  if (octal !== undefined) return Uint8Array.of(Number.parseInt(octal, 8) & 255);
  if (plain !== undefined) return Buffer.from(plain, "latin1");
  if (name !== undefined) return name.toLowerCase() in entities ? utf8.encode(entities[name.toLowerCase()]) : null;
  if (unicode !== undefined && unicode.length > 4) return utf8.encode(JSON.parse(`"\\u${unicode}"`));
  const code = decimal === undefined ? Number.parseInt(unicode ?? hexadecimal ?? "", 16) : Number(decimal);
  return code <= 0x10ffff ? utf8.encode(String.fromCodePoint(code)) : null;
}

/** Gathers bytes; what stands before the end of a line, or only closing marks before it, is marked. */
class Collector {
  readonly #bytes: Uint8Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #ends: number[] = [];
  #length = 0;

  constructor(most: number) {
    this.#bytes = new Uint8Array(most);
    this.#from = new Int32Array(most);
    this.#to = new Int32Array(most);
  }

  add(byte: number, from: number, to: number): void {
    this.#bytes[this.#length] = byte;
    this.#from[this.#length] = from;
    this.#to[this.#length++] = to;
  }

  endLine(): void {
    this.#ends.push(this.#length);
  }

  letters(): Letters {
    this.endLine();
    const lineEnds = new Uint8Array(this.#length);
    for (const end of this.#ends)
      for (let at = end - 1; at >= 0 && lineEnds[at] === 0; at--) {
        lineEnds[at] = 1;
        if (!closing.has(this.#bytes[at] as number)) break;
      }
    const cut = <T extends Uint8Array | Int32Array>(array: T) => array.subarray(0, this.#length) as T;
    return { bytes: cut(this.#bytes), from: cut(this.#from), to: cut(this.#to), lineEnds };
  }
}

/** The letters as `change` has them; those that it makes 0 are left out. */
function select({ bytes, from, to, lineEnds }: Letters, change: Uint8Array): Letters {
  const made = { bytes: new Uint8Array(bytes), from: from.slice(), to: to.slice(), lineEnds: lineEnds.slice() };
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = change[bytes[at] as number] as number;
    if (byte === 0) continue;
    made.bytes[length] = byte;
    made.from[length] = from[at] as number;
    made.to[length] = to[at] as number;
    made.lineEnds[length++] = lineEnds[at] as number;
  }
  return { ...made, bytes: made.bytes.subarray(0, length) };
}

/** Servers answer in capitals what they were told in small letters. */
export function lowerCase(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

const toLowerCase = Uint8Array.from({ length: 256 }, (_, byte) => lowerCase(byte));
/** RFC 4648 §5 has two other characters. Blanks are how long base64 is folded. */
const toUsualBase64 = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 45 ? 43 : byte === 95 ? 47 : byte === 32 || byte === 9 ? 0 : byte,
);
