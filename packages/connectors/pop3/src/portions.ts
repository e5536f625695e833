import type { Named } from "./identities.ts";

/** Messages above this are streamed, others are held whole. */
export const LARGE_MESSAGE = 256 * 1024;
/** Bytes that a portion should not exceed by much: three are in memory at a time, for each run. */
const PORTION_BYTES = 4 * 1024 * 1024;

/** Some messages to be fetched together, or one that is too large to be held in memory. */
export interface Portion {
  readonly entries: readonly Named[];
  readonly large: boolean;
}

/**
 * Cuts a list into portions of at most `maximum` messages and about 4 MiB. A message of unknown size is taken for a
 * large one.
 */
export function* portionsOf(entries: readonly Named[], maximum: number): Generator<Portion> {
  let together: Named[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const large = entry.size === null || entry.size > LARGE_MESSAGE;
    const full = together.length >= maximum || bytes + (entry.size ?? 0) > PORTION_BYTES;
    if (together.length > 0 && (large || full)) {
      yield { entries: together, large: false };
      together = [];
      bytes = 0;
    }
    if (large) yield { entries: [entry], large: true };
    else {
      together.push(entry);
      bytes += entry.size ?? 0;
    }
  }
  if (together.length > 0) yield { entries: together, large: false };
}
