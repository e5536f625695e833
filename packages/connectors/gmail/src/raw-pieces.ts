import { malformed } from "./gmail-client.ts";

/** Only an id, labels and numbers come before the raw message. */
const HEAD_BYTES = 64 * 1024;
const rawField = /"raw"\s*:\s*"/;
const METHOD = "messages.get";

/**
 * Streams the raw message from an answer to `messages.get`, decoding base64url as it arrives. A quoted name cannot
 * occur inside a JSON string, so the field is found without parsing what comes before it. An answer that ends before
 * its message does is PROTOCOL_ERROR.
 */
export async function* rawPieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let head = "";
  let begun = false;
  let ended = false;
  let left = "";
  for await (const piece of body) {
    if (ended) continue;
    let text = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1");
    if (!begun) {
      head += text;
      const found = rawField.exec(head);
      if (!found) {
        if (head.length > HEAD_BYTES) throw malformed(METHOD, "the answer has no raw message");
        continue;
      }
      begun = true;
      text = head.slice(found.index + found[0].length);
    }
    text = left + text;
    const end = text.indexOf('"');
    ended = end >= 0;
    if (ended) text = text.slice(0, end);
    // JSON may escape the padding, but no other character of base64url.
    const escaped = text.indexOf("\\");
    const encoded = escaped < 0 ? text : text.slice(0, escaped);
    if (escaped >= 0 && !/^(\\u003d|=|\\u003$|\\u00$|\\u0$|\\u$|\\$){0,2}$/i.test(text.slice(escaped)))
      throw malformed(METHOD, "the raw message is not base64url");
    const whole = ended ? encoded.length : encoded.length - (encoded.length % 4);
    if (whole > 0) {
      const chunk = encoded.slice(0, whole);
      if (!/^[A-Za-z0-9_+/-]*={0,2}$/.test(chunk)) throw malformed(METHOD, "the raw message is not base64url");
      yield Buffer.from(chunk, "base64url");
    }
    left = text.slice(whole);
  }
  if (!ended) throw malformed(METHOD, "the answer ends before its message does");
}
