import { createHmac } from "node:crypto";
import { md4 } from "./md4.ts";

/** A challenge that is not answered, and why: it is no NTLM, or leads to a weaker one. */
export class NtlmRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NtlmRefused";
  }
}

const signature = Buffer.from("NTLMSSP\0", "latin1");
/** MS-NLMP §2.2.2.5. */
const flag = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  strong: 0x20000000,
} as const;
const wanted =
  flag.unicode |
  flag.requestTarget |
  flag.ntlm |
  flag.alwaysSign |
  flag.extendedSecurity |
  flag.targetInfo |
  flag.strong;
/** MS-NLMP §2.2.2.1. */
const pair = { end: 0, timestamp: 7, flags: 6, targetName: 9, channelBindings: 10 } as const;
const longestChallenge = 16_384;

/** The first message: what we can do (MS-NLMP §2.2.1.1). */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(32);
  signature.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(wanted >>> 0, 12);
  return message;
}

/** What a server asks (MS-NLMP §2.2.1.2). */
export interface NtlmChallenge {
  readonly flags: number;
  readonly serverChallenge: Buffer;
  readonly targetInfo: ReadonlyMap<number, Buffer>;
}

/**
 * Reads the second message. Throws `NtlmRefused` for what is malformed, and for a server that does not speak NTLMv2:
 * what it would be answered can be broken in hours.
 */
export function readChallenge(message: Buffer): NtlmChallenge {
  if (message.length < 48 || message.length > longestChallenge || !message.subarray(0, 8).equals(signature))
    throw new NtlmRefused("the challenge is no NTLM message");
  if (message.readUInt32LE(8) !== 2)
    throw new NtlmRefused(`the challenge is an NTLM message of type ${message.readUInt32LE(8)}`);
  const flags = message.readUInt32LE(20);
  if ((flags & flag.unicode) === 0) throw new NtlmRefused("the server does not take Unicode: it is older than NTLMv2");
  if ((flags & flag.targetInfo) === 0)
    throw new NtlmRefused(
      "the challenge has no target info: the server speaks NTLMv1 only, or somebody in between wants it",
    );
  const [length, at] = [message.readUInt16LE(40), message.readUInt32LE(44)];
  if (at + length > message.length || length < 4)
    throw new NtlmRefused("the target info of the challenge lies outside of it");
  return { flags, serverChallenge: message.subarray(24, 32), targetInfo: readPairs(message.subarray(at, at + length)) };
}

function readPairs(bytes: Buffer): Map<number, Buffer> {
  const pairs = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const [id, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    if (id === pair.end) return pairs;
    if (at + 4 + length > bytes.length) break;
    pairs.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  throw new NtlmRefused("the target info of the challenge does not come to its end");
}

function writePairs(pairs: ReadonlyMap<number, Buffer>): Buffer {
  const parts: Buffer[] = [];
  for (const [id, value] of [...pairs, [pair.end, Buffer.alloc(0)] as const]) {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id);
    head.writeUInt16LE(value.length, 2);
    parts.push(head, value);
  }
  return Buffer.concat(parts);
}

/** Who signs in. `user`: `DOMAIN\name`, or a name with an `@`, to which no domain belongs. */
export interface NtlmAccount {
  readonly user: string;
  readonly password: string;
}

/** What is not secret and differs each time. */
export interface NtlmMoment {
  readonly clientChallenge: Buffer;
  /** Milliseconds since the epoch, where the server names no time. */
  readonly now: number;
  /** The service, such as `HTTP/mail.example.org`. */
  readonly service: string;
  /** `channelBindings` of the connection; `null`: it is not secured. */
  readonly bindings: Buffer | null;
}

const utf16 = (text: string) => Buffer.from(text, "utf16le");
const hmac = (key: Buffer, ...parts: readonly Buffer[]) => createHmac("md5", key).update(Buffer.concat(parts)).digest();

/** The key that is made from name, domain and password (MS-NLMP §3.3.2, NTOWFv2). */
export function ntlmKey({ user, password }: NtlmAccount): Buffer {
  const { name, domain } = split(user);
  return hmac(md4(utf16(password)), utf16(name.toUpperCase() + domain));
}

function split(user: string): { name: string; domain: string } {
  const at = user.indexOf("\\");
  return { domain: at < 0 ? "" : user.slice(0, at), name: user.slice(at + 1) };
}

/** The proof of the password (MS-NLMP §3.3.2). */
export function ntlmProof(
  key: Buffer,
  serverChallenge: Buffer,
  clientChallenge: Buffer,
  fileTime: Buffer,
  targetInfo: Buffer,
) {
  const temp = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    fileTime,
    clientChallenge,
    Buffer.alloc(4),
    targetInfo,
    Buffer.alloc(4),
  ]);
  const proof = hmac(key, serverChallenge, temp);
  return { response: Buffer.concat([proof, temp]), sessionKey: hmac(key, proof) };
}

/**
 * The third message, by NTLMv2 (MS-NLMP §2.2.1.3, §3.1.5.1.2), bound to the connection where it is secured, and with a code
 * over all three (MIC), so that none of them can be changed on the way.
 */
export function authenticateMessage(
  account: NtlmAccount,
  { negotiate, challenge }: { readonly negotiate: Buffer; readonly challenge: Buffer },
  { clientChallenge, now, service, bindings }: NtlmMoment,
): Buffer {
  const { flags, serverChallenge, targetInfo } = readChallenge(challenge);
  const { name, domain } = split(account.user);
  const time = targetInfo.get(pair.timestamp);
  const pairs = new Map(targetInfo);
  const mic = Buffer.alloc(4);
  mic.writeUInt32LE(2);
  pairs.set(pair.flags, mic);
  pairs.set(pair.targetName, utf16(service));
  if (bindings) pairs.set(pair.channelBindings, bindings);
  const key = ntlmKey(account);
  const { response, sessionKey } = ntlmProof(
    key,
    serverChallenge,
    clientChallenge,
    time?.length === 8 ? time : fileTime(now),
    writePairs(pairs),
  );
  const fields = [Buffer.alloc(24), response, utf16(domain), utf16(name), Buffer.alloc(0), Buffer.alloc(0)];
  const head = Buffer.alloc(88);
  signature.copy(head);
  head.writeUInt32LE(3, 8);
  let at = head.length;
  for (const [place, field] of fields.entries()) {
    head.writeUInt16LE(field.length, 12 + place * 8);
    head.writeUInt16LE(field.length, 14 + place * 8);
    head.writeUInt32LE(at, 16 + place * 8);
    at += field.length;
  }
  // What both can do; no key is exchanged, because nothing is signed or sealed with it.
  head.writeUInt32LE((wanted & flags) >>> 0, 60);
  const message = Buffer.concat([head, ...fields]);
  hmac(sessionKey, negotiate, challenge, message).copy(message, 72);
  return message;
}

/** Hundreds of nanoseconds since 1601 (MS-DTYP §2.3.3). */
function fileTime(now: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(now) + 11_644_473_600_000n) * 10_000n);
  return time;
}
