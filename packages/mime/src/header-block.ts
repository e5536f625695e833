/** How many bytes of a header block are read. Large real ones have about 100 KB. */
export const HEADER_LIMIT = 256 * 1024;

/** The header block of a message. */
export interface HeaderBlock {
  /** One character per byte (latin1), lines still folded. */
  readonly text: string;
  /** Offset of the first byte of the body; the message's length if there is none. */
  readonly bodyAt: number;
  /** The block did not end within `HEADER_LIMIT`. */
  readonly cut: boolean;
}

/** Finds the header block, with CRLF or bare LF as line ends (RFC 5322 §2.1; bare LF is common in stored mail). */
export function headerBlock(raw: Uint8Array): HeaderBlock {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const window = bytes.byteLength > HEADER_LIMIT ? bytes.subarray(0, HEADER_LIMIT) : bytes;
  if (bytes[0] === 10) return { text: "", bodyAt: 1, cut: false };
  if (bytes[0] === 13 && bytes[1] === 10) return { text: "", bodyAt: 2, cut: false };
  const crlf = window.indexOf("\r\n\r\n", 0, "latin1");
  const lf = (crlf < 0 ? window : window.subarray(0, crlf)).indexOf("\n\n", 0, "latin1");
  if (lf >= 0) return { text: bytes.toString("latin1", 0, lf), bodyAt: lf + 2, cut: false };
  if (crlf >= 0) return { text: bytes.toString("latin1", 0, crlf), bodyAt: crlf + 4, cut: false };
  return { text: window.toString("latin1"), bodyAt: bytes.byteLength, cut: bytes.byteLength > HEADER_LIMIT };
}
