const CR = 13;
const LF = 10;
const DOT = 46;

/** Bytes that are put in; all others are passed on without a copy. */
const CRLF = Buffer.from("\r\n", "latin1");
const ONE_DOT = Buffer.from(".", "latin1");

/**
 * Writes a message as it goes over the wire between DATA and the final dot: a dot that begins a line is doubled
 * (RFC 5321 §4.5.2), and line ends that stand alone become CRLF, because a lone CR or LF may not be sent (§2.3.8) and is
 * how messages are smuggled. Takes the message in pieces that end anywhere.
 */
export class WireEncoder {
  #lineStart = true;
  /** The last byte was a CR whose LF, if it has one, is still to come. */
  #carriageReturn = false;

  encode(piece: Uint8Array): Buffer[] {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const parts: Buffer[] = [];
    if (bytes.length === 0) return parts;
    /** What is passed on as it is begins here. */
    let from = 0;
    const flush = (upTo: number) => {
      if (upTo > from) parts.push(bytes.subarray(from, upTo));
      from = upTo;
    };
    let at = 0;
    if (this.#carriageReturn) {
      parts.push(CRLF);
      if (bytes[0] === LF) at = 1;
      from = at;
      this.#carriageReturn = false;
      this.#lineStart = true;
    }
    let cr = -2;
    while (at < bytes.length) {
      if (this.#lineStart && bytes[at] === DOT) {
        flush(at);
        parts.push(ONE_DOT);
      }
      this.#lineStart = false;
      const lf = bytes.indexOf(LF, at);
      // Looked for again only when it was passed: in a message without CR it would be looked for in vain at each line.
      if (cr !== -1 && cr < at) cr = bytes.indexOf(CR, at);
      if (lf < 0 && cr < 0) break;
      this.#lineStart = true;
      if (cr < 0 || (lf >= 0 && lf < cr)) {
        flush(lf);
        parts.push(CRLF);
        at = from = lf + 1;
      } else if (lf === cr + 1) at = lf + 1;
      else if (cr === bytes.length - 1) {
        flush(cr);
        at = from = bytes.length;
        this.#carriageReturn = true;
      } else {
        flush(cr);
        parts.push(CRLF);
        at = from = cr + 1;
      }
    }
    flush(bytes.length);
    return parts;
  }

  /** What ends the message, the final dot included. */
  end(): Buffer {
    const open = this.#carriageReturn ? "\r\n" : "";
    return Buffer.from(`${open}${this.#lineStart || this.#carriageReturn ? "" : "\r\n"}.\r\n`, "latin1");
  }
}

/** A whole message as it goes over the wire, final dot included. */
export function wireData(raw: Uint8Array): Buffer[] {
  const encoder = new WireEncoder();
  return [...encoder.encode(raw), encoder.end()];
}
