/** A million messages that went one here and one there. */
const LONGEST_SET = 8 * 1024 * 1024;

/** Ascending UIDs as a sequence set with ranges: `1:3,7` (RFC 9051 §9). */
export function uidSet(uids: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < uids.length; ) {
    const first = uids[at] as number;
    let last = first;
    for (at += 1; at < uids.length && uids[at] === last + 1; at += 1) last = uids[at] as number;
    parts.push(first === last ? `${first}` : `${first}:${last}`);
  }
  return parts.join(",");
}

/** The numbers of a set that `uidSet` made. */
export function numbersIn(set: string): Set<number> {
  const numbers = new Set<number>();
  for (const part of set.split(",")) {
    const [first, last = first] = part.split(":").map(Number);
    for (let uid = first ?? 0; uid > 0 && uid <= (last ?? 0); uid += 1) numbers.add(uid);
  }
  return numbers;
}

/** How many numbers a server's set names, without listing them; `null`: it is none, or too long to be true. */
export function countOfSet(set: string): number | null {
  if (set.length > LONGEST_SET) return null;
  let count = 0;
  for (const part of set.split(",")) {
    const [, first, last = first] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part) ?? [];
    if (first === undefined) return null;
    count += Math.abs(Number(last) - Number(first)) + 1;
  }
  return count;
}

/** Some messages to fetch together, or one that is too large to hold in memory. */
export interface Portion {
  readonly uids: readonly number[];
  readonly large: boolean;
}

/**
 * The next portion of ascending UIDs from `at` on: at most `size`, a large message and one that is to be asked for alone
 * by itself; `null` at the end.
 */
export function portionAt(
  uids: readonly number[],
  at: number,
  { large, alone }: { readonly large: ReadonlySet<number>; readonly alone: ReadonlySet<number> },
  size: number,
): Portion | null {
  const first = uids[at];
  if (first === undefined) return null;
  if (large.has(first) || alone.has(first)) return { uids: [first], large: large.has(first) };
  const together = [first];
  for (const uid of uids.slice(at + 1, at + size)) {
    if (large.has(uid) || alone.has(uid)) break;
    together.push(uid);
  }
  return { uids: together, large: false };
}

/** Roughly the largest portion, in bytes. Each run holds two portions in memory. */
const PORTION_BYTES = 4 * 1024 * 1024;
const FIRST_PORTION = 50;

/** How many messages to ask for next, judging by the sizes of the last ones; at most `maximum`. */
export function portionSize(maximum: number, seen: { messages: number; bytes: number }): number {
  if (seen.messages === 0) return Math.min(maximum, FIRST_PORTION);
  const average = Math.max(1, seen.bytes / seen.messages);
  return Math.max(1, Math.min(maximum, Math.floor(PORTION_BYTES / average)));
}

/** A message's id. Sorts by arrival as long as UIDVALIDITY only grows (RFC 9051 §2.3.1.1). */
export function nativeIdOf(uidValidity: number, uid: number): string {
  return `${String(uidValidity).padStart(10, "0")}-${String(uid).padStart(10, "0")}`;
}

/** The UID in a message's id; `null`: the id is of another numbering. */
export function uidOf(nativeId: string, uidValidity: number): number | null {
  const [validity, uid] = nativeId.split("-").map(Number);
  return validity === uidValidity && uid !== undefined && Number.isSafeInteger(uid) && uid > 0 ? uid : null;
}
