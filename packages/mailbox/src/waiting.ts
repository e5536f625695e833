import type { Direction, Failure, RetryPolicy } from "@mailfleet/contracts";
import type { DirectionContext, PlannedStep } from "./machine-state.ts";

/** A tenth of the retry interval: enough to spread mailboxes that failed together, too little to notice for one. */
const jitterShare = 0.1;

/** FNV-1a with a final mix, as a number in [0, 1). Pure: the same mailbox and attempt always wait the same time. */
export function spread(seed: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x1_0000_0000;
}

/** Why a direction waits, and what the length of the wait depends on. */
export interface Waiting {
  readonly at: number;
  readonly direction: Direction;
  readonly mailboxId: string;
  readonly policy: RetryPolicy;
}

/** A back-off: the longer of the policy's and the server's own, plus up to a tenth of the policy's. */
export function backOff(waiting: Waiting, attempt: number, failure: Failure | null): { first: number; base: number } {
  const { policy } = waiting;
  const own = failure?.kind === "auth" ? policy.secondChanceMs : policy.retryMs;
  const asked = Math.min(failure?.retryAfterMs ?? 0, policy.longestRetryAfterMs);
  const base = Math.max(own, asked);
  const jitter = Math.floor(own * jitterShare * spread(`${waiting.mailboxId}/${waiting.direction}/${attempt}`));
  return { first: base + jitter, base };
}

/** The first time of a recurring step that is not before `now`. */
export function comingTime(step: PlannedStep, now: number): number {
  if (step.everyMs === undefined || step.at >= now) return step.at;
  return step.at + Math.ceil((now - step.at) / step.everyMs) * step.everyMs;
}

type Plan = (waiting: Waiting, context: DirectionContext) => PlannedStep | null;

/**
 * How often an enabled direction runs by itself. `act` only looks whether the mailbox still carries the organisation's mark,
 * and nothing is written in between, so it comes as seldom as a probe.
 */
export const rhythmOf = ({ direction, policy }: Pick<Waiting, "direction" | "policy">): number =>
  direction === "act" ? policy.probeMs : policy.pollMs;

/** Outbound has nothing to poll: people submit sends. */
const poll =
  (first: Plan): Plan =>
  (waiting, context) =>
    waiting.direction === "outbound" ? null : first(waiting, context);

/** What a direction can wait for. Recurring ones continue if a run is lost or refused; `event` ones move the chart. */
export const plans = {
  /** A test or probe has passed and nothing has been received yet, so the first poll is due at once. */
  pollNow: poll((waiting) => ({ why: "poll", at: waiting.at, everyMs: rhythmOf(waiting) })),
  /** The run that recovered has just polled. */
  pollLater: poll((waiting) => ({
    why: "poll",
    at: waiting.at + rhythmOf(waiting),
    everyMs: rhythmOf(waiting),
  })),
  /** Keeps the interval when only the generation changes. */
  pollOn: poll((waiting, { next }) => ({
    why: "poll",
    at: next?.why === "poll" ? comingTime(next, waiting.at) : waiting.at,
    everyMs: rhythmOf(waiting),
  })),
  /** Another interval: at the old one's next time, or sooner if the new one is shorter. */
  pollAnew: poll((waiting, { next }) => ({
    why: "poll",
    at: Math.min(next ? comingTime(next, waiting.at) : waiting.at, waiting.at + rhythmOf(waiting)),
    everyMs: rhythmOf(waiting),
  })),
  retry: (waiting, { attempt, failure }) => {
    const { first, base } = backOff(waiting, attempt, failure);
    return { why: "retry", at: waiting.at + first, everyMs: base };
  },
  retest: (waiting, { attempt, failure }) => ({
    why: "retest",
    at: waiting.at + backOff(waiting, attempt, failure).first,
  }),
  probe: ({ at, policy }) => ({ why: "probe", at: at + policy.probeMs, everyMs: policy.probeMs }),
  testDeadline: ({ at, policy }) => ({ why: "test-deadline", at: at + policy.testDeadlineMs }),
  nothing: () => null,
} as const satisfies Record<string, Plan>;
export type PlanName = keyof typeof plans;
