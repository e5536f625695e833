/** One response of the server: pieces of text, with the literals between them. */
export interface RawResponse {
  readonly text: readonly string[];
  /** `literals[n]` came after `text[n]`. */
  readonly literals: readonly Buffer[];
  /** More came than is held of one response: literals that did not fit are empty. */
  readonly cut: boolean;
}

/** Limits for a server that never ends what it begins. */
const LINE_LIMIT = 8 * 1024 * 1024;
/** What is held of one response, lines and literals together. */
const HELD_LIMIT = 16 * 1024 * 1024;
/** How many literals a response may have. */
const LITERALS_LIMIT = 1000;
const LITERAL_LIMIT = 128 * 1024 * 1024;

const LF = 10;
const CLOSING_BRACE = 0x7d;
/** Some servers end lines with a bare LF. */
const literalMark = /\{(\d{1,10})\+?\}\r?$/;

/**
 * Cuts the bytes of a connection into responses (RFC 9051 §4.3: a line that ends in `{n}` continues after n bytes). A
 * literal that arrives in one piece is passed on as a view of it, without a copy. Throws if something is too large.
 */
export function createResponseReader(handle: (response: RawResponse) => void): (data: Buffer) => void {
  let text: string[] = [];
  let literals: Buffer[] = [];
  /** Bytes of an incomplete line. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  /** An incomplete literal. */
  let literal: Buffer | null = null;
  let filled = 0;
  let expected = -1;
  /** Bytes held of the response so far. */
  let held = 0;
  let cut = false;

  return (data) => {
    let at = 0;
    while (at < data.length) {
      if (expected > HELD_LIMIT - held) {
        // Read past, and not held.
        cut = true;
        const taken = Math.min(data.length - at, expected - filled);
        filled += taken;
        at += taken;
        if (filled < expected) return;
        literals.push(Buffer.alloc(0));
        filled = 0;
        expected = -1;
        continue;
      }
      if (expected >= 0) {
        if (literal === null && data.length - at >= expected) {
          literals.push(data.subarray(at, at + expected));
          held += expected;
          at += expected;
          expected = -1;
          continue;
        }
        literal ??= Buffer.allocUnsafe(expected);
        const taken = data.copy(literal, filled, at, Math.min(data.length, at + expected - filled));
        filled += taken;
        at += taken;
        if (filled === expected) {
          literals.push(literal);
          held += expected;
          literal = null;
          filled = 0;
          expected = -1;
        }
        continue;
      }
      const end = data.indexOf(LF, at);
      const piece = data.subarray(at, end < 0 ? data.length : end);
      if (end < 0) {
        begun.push(piece);
        begunBytes += piece.length;
        if (begunBytes > LINE_LIMIT) throw tooLarge("LineTooLarge", `a line of more than ${LINE_LIMIT} bytes`);
        return;
      }
      const whole = begun.length === 0 ? piece : Buffer.concat([...begun, piece]);
      begun = [];
      begunBytes = 0;
      at = end + 1;
      const line = whole.toString("latin1");
      const mayMark = whole.at(-2) === CLOSING_BRACE || whole.at(-1) === CLOSING_BRACE;
      const mark = mayMark ? literalMark.exec(line.slice(-16)) : null;
      if (mark) {
        text.push(line.slice(0, line.lastIndexOf("{")));
        expected = Number(mark[1]);
        held += line.length;
        if (text.length > LITERALS_LIMIT || held > HELD_LIMIT)
          throw tooLarge("ResponseTooLarge", "an endless response");
        if (expected > LITERAL_LIMIT) throw tooLarge("LiteralTooLarge", `a literal of ${expected} bytes`);
        if (expected === 0) {
          literals.push(Buffer.alloc(0));
          expected = -1;
        }
      } else {
        text.push(line.endsWith("\r") ? line.slice(0, -1) : line);
        const response = { text, literals, cut };
        text = [];
        literals = [];
        held = 0;
        cut = false;
        handle(response);
      }
    }
  };
}

function tooLarge(code: string, what: string): Error {
  return Object.assign(new Error(`the server sent ${what}`), { code });
}
