import type { Entry } from "./listing.ts";

/** A message with the name by which it is known in every session. */
export interface Named extends Entry {
  /** At most 200 characters. */
  readonly identity: string;
  /** The UIDL is not its alone. */
  readonly doubled: boolean;
}

/**
 * Messages whose UIDL does not tell them apart: the server gives none, or gives it to several (RFC 1939 §7 forbids it,
 * servers that hash contents do it). Their headers must be looked at.
 */
export function withoutOwnUidl(entries: readonly Entry[]): Entry[] {
  const counts = countUidls(entries);
  return entries.filter(({ uidl }) => uidl === null || (counts.get(uidl) ?? 0) > 1);
}

/**
 * Names every message: by its UIDL; where several share one, by UIDL and digest of the header; where there is none, by
 * the digest. Messages that are the same even so are counted. Entries that are not in `digests` although they need one
 * vanished in the meantime and are left out.
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

/** What a message is called while another has the same UIDL. */
export function doubledIdentity(uidl: string, digest: string): string {
  return `${uidl}-${digest}`;
}

function countUidls(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { uidl } of entries) if (uidl !== null) counts.set(uidl, (counts.get(uidl) ?? 0) + 1);
  return counts;
}
