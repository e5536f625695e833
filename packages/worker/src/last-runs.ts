/** A run that has its connection for longer is slow: its server hangs or drips, or there is much to do. */
const slowMs = 10_000;
/** One that did not come again was deleted, or its runs go to other replicas. */
const forgetMs = 3_600_000;
const most = 20_000;

/** How the last run of a mailbox in this process went, also where it went well in the end. */
export type Pace = "quick" | "slow";

/** The last runs in this process. */
export interface LastRuns {
  /** `undefined`: none was here, or it is forgotten. */
  paceOf(mailboxId: string): Pace | undefined;
  /** A run had its connection from `startedAt` until now. */
  ended(mailboxId: string, startedAt: number): void;
}

/** Remembers at most 20,000 mailboxes, each for an hour. */
export function createLastRuns(now: () => number): LastRuns {
  const known = new Map<string, { readonly pace: Pace; readonly until: number }>();
  return {
    paceOf(mailboxId) {
      const last = known.get(mailboxId);
      return last && last.until > now() ? last.pace : undefined;
    },
    ended(mailboxId, startedAt) {
      known.delete(mailboxId);
      known.set(mailboxId, { pace: now() - startedAt < slowMs ? "quick" : "slow", until: now() + forgetMs });
      const [oldest] = known.keys();
      if (known.size > most && oldest !== undefined) known.delete(oldest);
    },
  };
}
