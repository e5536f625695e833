import { createHash, randomBytes } from "node:crypto";

/** First two letters of an id, by what it names. */
export type IdPrefix =
  | "sb"
  | "dv"
  | "in"
  | "mb"
  | "pf"
  | "sn"
  | "jb"
  | "al"
  | "dl"
  | "tk"
  | "ss"
  | "cs"
  | "og"
  | "dp"
  | "er"
  | "au";

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
const length = 20;

/** A new id: prefix and 20 random lower-case letters and digits (103 bits). */
export function newId(prefix: IdPrefix): string {
  let id = "";
  while (id.length < length)
    // 252 is the largest multiple of 36 in a byte: what lies above would favour the first letters.
    for (const byte of randomBytes(length)) if (byte < 252 && id.length < length) id += letters[byte % letters.length];
  return `${prefix}_${id}`;
}

/** The id that belongs to a text, always the same: so a repeated command makes the same resource. */
export function idFrom(prefix: IdPrefix, text: string): string {
  let rest = BigInt(`0x${createHash("sha256").update(`${prefix}|${text}`).digest("hex")}`);
  const base = BigInt(letters.length);
  let id = "";
  while (id.length < length) {
    id += letters[Number(rest % base)];
    rest /= base;
  }
  return `${prefix}_${id}`;
}
