/** NTLM inside Negotiate (RFC 4178): wrapped where it begins, unwrapped where it is answered. */

const spnego = Buffer.from("06062b0601050502", "hex");
/** 1.3.6.1.4.1.311.2.2.10 */
const ntlm = Buffer.from("060a2b06010401823702020a", "hex");
const ntlmSignature = Buffer.from("NTLMSSP\0", "latin1");

function wrap(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** The first token: NTLM is the only way we offer. */
export const firstToken = (message: Buffer) =>
  wrap(0x60, spnego, wrap(0xa0, wrap(0x30, wrap(0xa0, wrap(0x30, ntlm)), wrap(0xa2, wrap(0x04, message)))));

/** The answer to a token. */
export const nextToken = (message: Buffer) => wrap(0xa1, wrap(0x30, wrap(0xa2, wrap(0x04, message))));

/** The NTLM message of a server's token; `null`: it wants another way, which is Kerberos. */
export function messageIn(token: Buffer): Buffer | null {
  const at = token.indexOf(ntlmSignature);
  return at < 0 ? null : token.subarray(at);
}
