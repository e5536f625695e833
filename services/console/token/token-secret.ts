import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A new bearer token: 256 random bits. It is shown once and kept only as its hash. */
export function newTokenSecret(): string {
  return `mft_${randomBytes(32).toString("base64url")}`;
}

/** True if this has the form of our tokens. */
export function isTokenSecret(text: string): boolean {
  return /^mft_[A-Za-z0-9_-]{43}$/.test(text);
}

/** SHA-256, hexadecimal. */
export function hashToken(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares two hashes in constant time. */
export function sameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, "hex"), Buffer.from(other, "hex")];
  return a.length === b.length && timingSafeEqual(a, b);
}
