import { isAscii } from "node:buffer";
import { setImmediate as turn } from "node:timers/promises";
import { PATIENCE_MS } from "./give-way.ts";
import { type Entity, type MessageVisitor, MessageWalker, type RawField, UnsendableMessage } from "./message-walker.ts";
import { isLegalField, LONGEST_LINE, legalField } from "./write-header.ts";

/** What is found in a part, as bits. */
export const found = {
  eightBit: 1,
  /** A line longer than 998, a NUL or a CR that ends no line. */
  illegal: 2,
  /** A field of its header must be written anew. */
  header: 4,
  /** Its bytes are signed. */
  signed: 8,
  /** We do not know its transfer encoding. */
  opaque: 16,
} as const;

const MOST_PARTS = 100_000;
/** So much is looked at before it is asked whether others wait. */
const SLICE = 16 * 1024;
const known = /^(?:7bit|8bit|binary|quoted-printable|base64)$/;

/** What a message is made of, as far as sending it is concerned. */
export class MessageFacts {
  /** One number of `found` for each part, in the order of the message. */
  readonly parts: Uint8Array;
  /** There are bytes above 127, in whatever part. */
  readonly eightBit: boolean;
  /** Addresses need an international server (RFC 6531), or a signed header has raw 8-bit text. */
  readonly eightBitHeader: boolean;
  readonly #sealed: boolean;

  constructor(parts: Uint8Array, { eightBitHeader, sealed }: { eightBitHeader: boolean; sealed: boolean }) {
    this.parts = parts;
    this.eightBitHeader = eightBitHeader;
    this.eightBit = eightBitHeader || parts.some((bits) => bits & found.eightBit);
    this.#sealed = sealed;
  }

  /** True if parts must be written anew before the message may be sent; with `sevenBit` to a server without 8BITMIME. */
  mustChange({ sevenBit }: { sevenBit: boolean }): boolean {
    return this.parts.some((bits) => bits & this.#wanted(sevenBit));
  }

  /** Why it cannot be written anew; `null` if it can. */
  whyNot({ sevenBit }: { sevenBit: boolean }): string | null {
    const changed = [...this.parts].filter((bits) => bits & this.#wanted(sevenBit));
    const what = changed.some((bits) => bits & found.illegal)
      ? "a line longer than 998 bytes, a NUL or a lone CR"
      : changed.some((bits) => bits & found.eightBit)
        ? "8-bit text"
        : "a header line that must be folded or encoded";
    if (changed.length > 0 && (this.#sealed || changed.some((bits) => bits & found.signed)))
      return `The message is signed and has ${what}: encoding it would break the signature.`;
    if (changed.some((bits) => bits & found.opaque))
      return `A part with an unknown Content-Transfer-Encoding has ${what}.`;
    return null;
  }

  #wanted(sevenBit: boolean): number {
    return found.illegal | found.header | (sevenBit ? found.eightBit : 0);
  }
}

/** Finds out what a message is made of, in one pass over pieces that end anywhere. Throws `UnsendableMessage`. */
export class MessageScanner {
  readonly #walker: MessageWalker;
  #parts = new Uint8Array(16);
  #count = 0;
  #lineLength = 0;
  #eightBitHeader = false;
  #sealed = false;

  constructor() {
    const visitor: MessageVisitor = {
      header: (entity, fields) => this.#header(entity, fields),
      block: ({ index }, bytes) => this.#block(index, bytes),
      content: ({ index }, bytes) => this.#content(index, bytes),
      lineEnd: ({ index }, end) => {
        this.#lineLength = 0;
        if (end !== "\n" && end !== "\r\n") this.#mark(index, found.illegal);
      },
      bodyEnd: () => {
        this.#lineLength = 0;
      },
      delimiter: () => {},
    };
    this.#walker = new MessageWalker(visitor, { strict: true });
  }

  push(piece: Uint8Array): void {
    this.#walker.push(piece);
  }

  end(): MessageFacts {
    this.#walker.end();
    return new MessageFacts(this.#parts.slice(0, this.#count), {
      eightBitHeader: this.#eightBitHeader,
      sealed: this.#sealed,
    });
  }

  #mark(index: number, bits: number): void {
    this.#parts[index] = (this.#parts[index] ?? 0) | bits;
  }

  #header({ index, encoding, signed, plainEnds }: Entity, fields: readonly RawField[]): void {
    if (index >= MOST_PARTS) throw new UnsendableMessage(`The message has more than ${MOST_PARTS} parts.`);
    if (index >= this.#parts.length) {
      const more = new Uint8Array(this.#parts.length * 4);
      more.set(this.#parts);
      this.#parts = more;
    }
    this.#count = index + 1;
    if (index === 0) this.#sealed = fields.some(({ name }) => name === "dkim-signature");
    const fixed = this.#sealed || signed;
    if (!plainEnds) this.#mark(index, found.header);
    this.#mark(index, (signed ? found.signed : 0) | (known.test(encoding) ? 0 : found.opaque));
    for (const field of fields) {
      if (isLegalField(field)) continue;
      const eightBit = /[\x80-\xff]/.test(field.raw);
      // Raw text that is signed is left to servers that take it.
      const written = fixed && eightBit ? field.raw : legalField(field);
      if (written === null)
        throw new UnsendableMessage(`The header field ${field.name} has a line of more than 998 bytes.`);
      if (written !== field.raw) this.#mark(index, found.header);
      if (/[\x80-\xff]/.test(written)) this.#eightBitHeader = true;
    }
  }

  #block(index: number, bytes: Buffer): boolean {
    if (bytes.includes(0) || !areLegalLines(bytes)) return false;
    if (!isAscii(bytes)) this.#mark(index, found.eightBit);
    return true;
  }

  #content(index: number, bytes: Buffer): void {
    this.#lineLength += bytes.length;
    let bits = this.#lineLength > LONGEST_LINE ? found.illegal : 0;
    if (!isAscii(bytes)) bits |= found.eightBit;
    if (bytes.includes(0)) bits |= found.illegal;
    if (bits !== 0) this.#mark(index, bits);
  }
}

/** Scans a message while it comes and hands its pieces on; keeps nobody waiting, whatever it is made of. */
export async function* scanned(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  scanner: MessageScanner,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    for (let at = 0, since = performance.now(); at < piece.length; at += SLICE) {
      if (performance.now() - since > PATIENCE_MS) {
        await turn();
        since = performance.now();
      }
      scanner.push(piece.subarray(at, at + SLICE));
    }
    yield piece;
  }
}

/** The same for a message in memory. `null` if it may be sent as it is, which costs a few microseconds. */
export function scanMessage(raw: Uint8Array): MessageFacts | null {
  if (isPlain(raw)) return null;
  const scanner = new MessageScanner();
  scanner.push(raw);
  return scanner.end();
}

const fieldLine = /^[\x21-\x39\x3b-\x7e]+[ \t]*:/;
const headerLine = /^(?:[\x21-\x39\x3b-\x7e]+[ \t]*:|[ \t])/;

/** ASCII, no NUL, no lone CR, no long line, and a header of nothing but fields. */
function isPlain(raw: Uint8Array): boolean {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (!isAscii(bytes) || bytes.includes(0)) return false;
  if (!areLegalLines(bytes)) return false;
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at) < 0 ? bytes.length : bytes.indexOf(10, at);
    const line = bytes.toString("latin1", at, end).trimEnd();
    if (line === "") return end - at <= 1;
    if (/[^\t\x20-\x7e]/.test(line) || !(at === 0 ? fieldLine : headerLine).test(line)) return false;
    at = end + 1;
  }
  return true;
}

/** No line longer than 998, and no CR that stands alone. */
function areLegalLines(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(10, at);
    const end = lf < 0 ? bytes.length : lf;
    if (end - at > LONGEST_LINE) return false;
    at = end + 1;
  }
  for (let cr = bytes.indexOf(13); cr >= 0; cr = bytes.indexOf(13, cr + 1)) if (bytes[cr + 1] !== 10) return false;
  return true;
}
