import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { md4 } from "./md4.ts";

const signature = Buffer.from("NTLMSSP\0");
const unicode = (text: string) => Buffer.from(text, "utf16le");
const hmac = (key: Buffer, ...parts: readonly Buffer[]) => {
  const made = createHmac("md5", key);
  for (const part of parts) made.update(part);
  return made.digest();
};

/** Flags of a server that wants NTLMv2 with extended session security (MS-NLMP 2.2.2.5). */
const serverFlags = 0xe2_8a_82_05 >>> 0;
const keyExchange = 0x40_00_00_00;
const [sign, seal] = [0x10, 0x20];
/** Ids of target information (MS-NLMP 2.2.2.1). */
const av = { end: 0, computer: 1, domain: 2, dnsComputer: 3, dnsDomain: 4, flags: 6, time: 7, binding: 10 } as const;

/** The type of an NTLM message; `null` if it is none. */
export function ntlmType(message: Buffer): number | null {
  return message.length >= 12 && message.subarray(0, 8).equals(signature) ? message.readUInt32LE(8) : null;
}

/** The server's challenge to a client's first message (MS-NLMP 2.2.1.2). */
export function challengeMessage(negotiate: Buffer, challenge: Buffer, domain: string): Buffer {
  const pair = (id: number, value: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  };
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n);
  const dns = `${domain.toLowerCase()}.test`;
  const info = Buffer.concat([
    pair(av.domain, unicode(domain)),
    pair(av.computer, unicode("EX1")),
    pair(av.dnsDomain, unicode(dns)),
    pair(av.dnsComputer, unicode(`ex1.${dns}`)),
    pair(av.time, time),
    pair(av.end, Buffer.alloc(0)),
  ]);
  const name = unicode(domain);
  const head = Buffer.alloc(56);
  signature.copy(head);
  head.writeUInt32LE(2, 8);
  for (const [at, length, offset] of [
    [12, name.length, 56],
    [40, info.length, 56 + name.length],
  ] as const) {
    head.writeUInt16LE(length, at);
    head.writeUInt16LE(length, at + 2);
    head.writeUInt32LE(offset, at + 4);
  }
  const wanted = negotiate.length >= 16 ? negotiate.readUInt32LE(12) & (sign | seal) : 0;
  head.writeUInt32LE((serverFlags | wanted) >>> 0, 20);
  challenge.copy(head, 24);
  Buffer.from([10, 0, 0x63, 0x45, 0, 0, 0, 15]).copy(head, 48);
  return Buffer.concat([head, name, info]);
}

/** What a client answers the challenge with (MS-NLMP 2.2.1.3). */
export interface NtlmAnswer {
  readonly user: string;
  readonly domain: string;
  readonly response: Buffer;
  readonly encryptedKey: Buffer;
  readonly flags: number;
  readonly message: Buffer;
}

/** Reads the third message; `null` if it is malformed. */
export function readAnswer(message: Buffer): NtlmAnswer | null {
  if (ntlmType(message) !== 3 || message.length < 64) return null;
  const field = (at: number) => {
    const offset = message.readUInt32LE(at + 4);
    return message.subarray(offset, offset + message.readUInt16LE(at));
  };
  return {
    ...{ response: field(20), domain: field(28).toString("utf16le"), user: field(36).toString("utf16le") },
    ...{ encryptedKey: field(52), flags: message.readUInt32LE(60), message },
  };
}

/** What was said on the connection, and what it must be bound to. */
export interface NtlmExchange {
  readonly negotiate: Buffer;
  readonly challenge: Buffer;
  readonly challengeMessage: Buffer;
  /** MD5 of the channel's bindings (RFC 5929, tls-server-end-point); absent: the client need not give it. */
  readonly binding?: Buffer;
}

/** Whether the answer is an NTLMv2 response made with this password (MS-NLMP 3.3.2), with its MIC if it says so. */
export function provesPassword(answer: NtlmAnswer, password: string, exchange: NtlmExchange): boolean {
  const { user, domain, response, encryptedKey, flags, message } = answer;
  // An NTLMv1 response has 24 bytes.
  if (response.length < 44) return false;
  const key = hmac(md4(unicode(password)), unicode(user.toUpperCase() + domain));
  const [proof, blob] = [response.subarray(0, 16), response.subarray(16)];
  if (!timingSafeEqual(proof, hmac(key, exchange.challenge, blob))) return false;
  const info = targetInfo(blob.subarray(28));
  if (exchange.binding && !info.get(av.binding)?.equals(exchange.binding)) return false;
  if (((info.get(av.flags)?.readUInt32LE(0) ?? 0) & 2) === 0) return true;
  const baseKey = hmac(key, proof);
  const hasOwnKey = (flags & keyExchange) !== 0 && (flags & (sign | seal)) !== 0;
  const sessionKey = hasOwnKey ? rc4(baseKey, encryptedKey) : baseKey;
  const [start, length] = [72, 16];
  const withoutMic = Buffer.from(message);
  withoutMic.fill(0, start, start + length);
  const mic = hmac(sessionKey, exchange.negotiate, exchange.challengeMessage, withoutMic);
  return timingSafeEqual(mic, message.subarray(start, start + length));
}

function targetInfo(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const [id, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    if (id === av.end) break;
    found.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

/** RC4 (RFC 6229), which OpenSSL 3 no longer has. */
function rc4(key: Buffer, data: Buffer): Buffer {
  const box = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (one: number, other: number) => {
    const kept = box[one] ?? 0;
    box[one] = box[other] ?? 0;
    box[other] = kept;
  };
  for (let [at, other] = [0, 0]; at < 256; at += 1) {
    other = (other + (box[at] ?? 0) + (key[at % key.length] ?? 0)) & 255;
    swap(at, other);
  }
  let [at, other] = [0, 0];
  return Buffer.from(data).map((byte) => {
    at = (at + 1) & 255;
    other = (other + (box[at] ?? 0)) & 255;
    swap(at, other);
    return byte ^ (box[((box[at] ?? 0) + (box[other] ?? 0)) & 255] ?? 0);
  }) as Buffer;
}

/** Random bytes of a challenge. */
export const newChallenge = (): Buffer => randomBytes(8);
