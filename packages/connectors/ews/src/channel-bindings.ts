import { createHash } from "node:crypto";

/** Hashes of certificates' signatures that are used as they are, by the object identifier in DER (RFC 5758, RFC 4055). */
const hashes: Readonly<Record<string, string>> = {
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};

/** Binds a sign-in to the TLS connection: the digest of `tls-server-end-point` (RFC 5929 §4.1, MS-NLMP §2.2.2.1). */
export function channelBindings(certificate: Uint8Array): Buffer {
  // MD5 and SHA-1 count as SHA-256 (RFC 5929 §4.1).
  const digest = createHash(hashes[signatureOf(certificate)] ?? "sha256")
    .update(certificate)
    .digest();
  const data = Buffer.concat([Buffer.from("tls-server-end-point:"), digest]);
  const structure = Buffer.alloc(20);
  structure.writeUInt32LE(data.length, 16);
  return createHash("md5")
    .update(Buffer.concat([structure, data]))
    .digest();
}

/** The object identifier of a certificate's signature (RFC 5280 §4.1), in hexadecimal. */
function signatureOf(certificate: Uint8Array): string {
  const bytes = Buffer.from(certificate);
  const outer = element(bytes, 0);
  const body = element(bytes, outer.from);
  const algorithm = element(bytes, body.to);
  const { from, to } = element(bytes, algorithm.from);
  return bytes.subarray(from, to).toString("hex");
}

/** Where the content of a DER element begins and ends. */
function element(bytes: Buffer, at: number): { from: number; to: number } {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return { from: at + 2, to: at + 2 + first };
  const count = Math.min(first & 0x7f, 4);
  if (at + 2 + count > bytes.length || count === 0) return { from: bytes.length, to: bytes.length };
  return { from: at + 2 + count, to: at + 2 + count + bytes.readUIntBE(at + 2, count) };
}
