import type { Entry } from "./listing.ts";

/** A message with the identity it has in every session. */
export interface Named extends Entry {
  /** At most 200 characters. */
  readonly identity: string;
  /** Another message has the same UIDL. */
  readonly doubled: boolean;
}

/**
 * Messages that their UIDL does not identify: the server gives none, or the same to several (RFC 1939 §7 forbids it,
 * but servers that hash contents do it). We must read their headers.
 */
export function withoutOwnUidl(entries: readonly Entry[]): Entry[] {
  const counts = countUidls(entries);
  return entries.filter(({ uidl }) => uidl === null || (counts.get(uidl) ?? 0) > 1);
}

/**
 * Gives every message an identity: its UIDL; if several share it, UIDL and digest of the header; if there is none, the
 * digest. Copies that are still equal are numbered. Entries that need a digest and are not in `digests` have vanished
 * meanwhile and are left out.
 */
export function nameMessages(entries: readonly Entry[], digests: ReadonlyMap<number, string>): Named[] {
  const counts = countUidls(entries);
  const used = new Map<string, number>();
  const named: Named[] = [];
  for (const entry of entries) {
    const { uidl, number } = entry;
    const doubled = uidl !== null && (counts.get(uidl) ?? 0) > 1;
    let identity = uidl;
    if (uidl === null || doubled) {
      const digest = digests.get(number);
      if (digest === undefined) continue;
      identity = uidl === null ? `h-${digest}` : doubledIdentity(uidl, digest);
      const times = (used.get(identity) ?? 0) + 1;
      used.set(identity, times);
      if (times > 1) identity += `-${times}`;
    }
    named.push({ ...entry, identity: identity as string, doubled });
  }
  return named;
}

/** A message's identity while another message has the same UIDL. */
export function doubledIdentity(uidl: string, digest: string): string {
  return `${uidl}-${digest}`;
}

function countUidls(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { uidl } of entries) if (uidl !== null) counts.set(uidl, (counts.get(uidl) ?? 0) + 1);
  return counts;
}
