/** The NTLM message inside a SPNEGO token (RFC 4178), or the token itself if it is one; `null` if there is none. */
export function unwrapped(token: Buffer): { message: Buffer; isWrapped: boolean } | null {
  const start = token.indexOf("NTLMSSP\0");
  if (start < 0) return null;
  if (start === 0) return { message: token, isWrapped: false };
  // The octet string that ends where this one's length says.
  const length = lengthBefore(token, start);
  return length === null ? null : { message: token.subarray(start, start + length), isWrapped: true };
}

function lengthBefore(token: Buffer, start: number): number | null {
  for (const bytes of [1, 2, 3]) {
    const tag = token[start - bytes - 1];
    const length = token.subarray(start - bytes, start);
    const isShort = bytes === 1 && (length[0] ?? 255) < 128;
    const isLong = bytes > 1 && length[0] === 0x80 + bytes - 1;
    if (tag !== 4 || !(isShort || isLong)) continue;
    return isShort ? (length[0] ?? null) : length.readUIntBE(1, bytes - 1);
  }
  return null;
}

const tlv = (tag: number, content: Buffer): Buffer => {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
/** 1.3.6.1.4.1.311.2.2.10 */
const ntlmOid = Buffer.from("060a2b06010401823702020a", "hex");

/** A `NegTokenResp` that carries the challenge, or says that all is done. */
export function wrapped(message: Buffer | null): Buffer {
  const state = tlv(0xa0, tlv(0x0a, Buffer.from([message ? 1 : 0])));
  const rest = message ? [tlv(0xa1, ntlmOid), tlv(0xa2, tlv(0x04, message))] : [];
  return tlv(0xa1, tlv(0x30, Buffer.concat([state, ...rest])));
}
