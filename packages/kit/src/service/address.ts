import { createHash } from "node:crypto";

let plain = false;

/** Set once at start from MAILFLEET_LOG_ADDRESSES. */
export function showAddresses(how: "hash" | "plain"): void {
  plain = how === "plain";
}

/**
 * An address in the form that may be logged: twelve hex digits, the same for an address in upper and lower case,
 * or the address itself where MAILFLEET_LOG_ADDRESSES is `plain`. It hides addresses from a casual reader of logs; it
 * does not withstand someone who guesses addresses and compares.
 */
export function hashAddress(address: string): string {
  if (plain) return address;
  return createHash("sha256").update(address.trim().toLowerCase()).digest("hex").slice(0, 12);
}

/** Text from outside, such as a server's reply, with each address in it as `hashAddress` shows it. */
export function withHashedAddresses(text: string): string {
  return text.replace(/[\p{L}\p{N}.!#$%&*+/=?^_{|}~-]{1,64}@[\p{L}\p{N}.-]{1,255}/gu, hashAddress);
}
