import type { Named } from "./identities.ts";

/** Larger messages are streamed, others are held whole. */
export const LARGE_MESSAGE = 256 * 1024;
/** Roughly the largest portion, in bytes. Each run holds three portions in memory. */
const PORTION_BYTES = 4 * 1024 * 1024;

/** Some messages to fetch together, or one that is too large to hold in memory. */
export interface Portion {
  readonly entries: readonly Named[];
  readonly large: boolean;
}

/**
 * Cuts a list into portions of at most `maximum` messages and about 4 MiB. A message of unknown size counts as large;
 * what is to be asked for alone is a portion of its own.
 */
export function* portionsOf(
  entries: readonly Named[],
  maximum: number,
  alone: ReadonlySet<string> = new Set(),
): Generator<Portion> {
  let together: Named[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const large = entry.size === null || entry.size > LARGE_MESSAGE;
    const full = together.length >= maximum || bytes + (entry.size ?? 0) > PORTION_BYTES;
    const single = large || alone.has(entry.identity);
    if (together.length > 0 && (single || full)) {
      yield { entries: together, large: false };
      together = [];
      bytes = 0;
    }
    if (single) yield { entries: [entry], large };
    else {
      together.push(entry);
      bytes += entry.size ?? 0;
    }
  }
  if (together.length > 0) yield { entries: together, large: false };
}
