/** A run that has its connection for longer is slow: its server hangs or drips, or there is much to do. */
const slowMs = 10_000;
/** One that did not come again was deleted, or its runs go to other replicas. */
const forgetMs = 3_600_000;
const most = 10_000;

/** Mailboxes whose last run in this process was slow, also where it went well in the end. */
export interface SlowRuns {
  has(mailboxId: string): boolean;
  /** A run had its connection from `startedAt` until now. */
  ended(mailboxId: string, startedAt: number): void;
}

/** Remembers at most 10,000, each for an hour. */
export function createSlowRuns(now: () => number): SlowRuns {
  const until = new Map<string, number>();
  return {
    has: (mailboxId) => (until.get(mailboxId) ?? 0) > now(),
    ended(mailboxId, startedAt) {
      until.delete(mailboxId);
      if (now() - startedAt < slowMs) return;
      until.set(mailboxId, now() + forgetMs);
      const [oldest] = until.keys();
      if (until.size > most && oldest !== undefined) until.delete(oldest);
    },
  };
}
