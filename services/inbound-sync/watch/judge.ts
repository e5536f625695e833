/** How long a server has, after a poll has found mail, to say that it had come. */
const graceMs = 10_000;
/**
 * Runs that come closer together than this prove nothing: they are not polls, and the clocks of two processes may
 * differ by this much.
 */
const closeMs = 5_000;

/** What a watch has heard so far, in milliseconds since the epoch. */
export interface Heard {
  readonly openedAt: number;
  /** 0: nothing yet. */
  readonly heardAt: number;
}

/**
 * Whether a watch has missed what a run found at `found.at`: mail that had come after `found.after`, when the run
 * before began that read to the end. `early`: the server may still say it.
 */
export function judge(
  { openedAt, heardAt }: Heard,
  found: { readonly at: number; readonly after: number | null } | undefined,
  at: number,
): "well" | "deaf" | "early" {
  if (!found || found.after === null || found.at - found.after < closeMs) return "well";
  if (openedAt >= found.after || heardAt >= found.after) return "well";
  return at < found.at + graceMs ? "early" : "deaf";
}
