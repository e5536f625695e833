import { JetStreamApiError } from "@nats-io/jetstream";

/** Attempts that failed so far apart, and none between them that did not: a single one may only have been slow. */
const silentMs = 2_000;
/** Nobody has asked for this long: nothing is known any more. */
const forgottenMs = 60_000;
/** JetStream's codes for "insufficient resources", "insufficient storage", "insufficient memory". */
const outOfRoom: ReadonlySet<number> = new Set([10023, 10047, 10028]);

/** Whether NATS stores what is published: one whose disk is full stays connected, answers questions and confirms nothing. */
export interface Storing {
  /** What became of one attempt to publish on this subject. */
  stored(subject: string): void;
  failed(subject: string, error: unknown): void;
  /** `null` if nothing speaks against it, else a sentence. */
  health(): string | null;
}

/** The subjects of a stream have their first token in common. */
const streamOf = (subject: string) => subject.slice(0, subject.indexOf("."));

export function createStoring(now: () => number = () => performance.now()): Storing {
  const failing = new Map<string, { since: number; at: number; reason: string }>();
  return {
    stored: (subject) => void failing.delete(streamOf(subject)),
    failed: (subject, error) => {
      // What one stream refuses by its own limits says nothing about the disk.
      if (error instanceof JetStreamApiError && !outOfRoom.has(error.code)) return;
      const at = now();
      const before = failing.get(streamOf(subject));
      const since = before && at - before.at < forgottenMs ? before.since : at;
      failing.set(streamOf(subject), { since, at, reason: error instanceof Error ? error.message : String(error) });
    },
    health: () => {
      const at = now();
      const one = [...failing.values()].find((each) => each.at - each.since > silentMs && at - each.at < forgottenMs);
      if (!one) return null;
      return `NATS stores no message (${one.reason}): look at its log and its disk; when there is room again, restart it`;
    },
  };
}
