import { createHash } from "node:crypto";

/** The number by which Google knows an account: a client that takes `sub` for an address fails here as there. */
export function accountIdOf(address: string): string {
  const digest = createHash("sha256").update(address.toLowerCase()).digest();
  return `1${digest.readBigUInt64BE(0).toString().padStart(20, "0")}`;
}
