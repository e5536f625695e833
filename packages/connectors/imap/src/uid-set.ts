/** UIDs in ascending order as a sequence set, neighbours joined: `1:3,7` (RFC 9051 §9). */
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

/** Some messages to be fetched together, or one that is too large to be held in memory. */
export interface Portion {
  readonly uids: readonly number[];
  readonly large: boolean;
}

/** Cuts ascending UIDs into portions of at most `size`; large messages stand alone, the order is kept. */
export function portionsOf(uids: readonly number[], large: ReadonlySet<number>, size: number): Portion[] {
  const portions: Portion[] = [];
  let together: number[] = [];
  const flush = () => {
    if (together.length > 0) portions.push({ uids: together, large: false });
    together = [];
  };
  for (const uid of uids) {
    if (large.has(uid)) {
      flush();
      portions.push({ uids: [uid], large: true });
    } else {
      together.push(uid);
      if (together.length >= size) flush();
    }
  }
  flush();
  return portions;
}

/** A message's id: sorts in the order of arrival as long as UIDVALIDITY only grows (RFC 9051 §2.3.1.1). */
export function nativeIdOf(uidValidity: number, uid: number): string {
  return `${String(uidValidity).padStart(10, "0")}-${String(uid).padStart(10, "0")}`;
}
