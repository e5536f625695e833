import type { Direction, RetryPolicy } from "@mailfleet/contracts";
import type { AlertOccasion } from "./direction-setup.ts";
import type { DirectionContext } from "./machine-state.ts";

const work: Record<Direction, string> = {
  inbound: "Receiving",
  outbound: "Sending",
  act: "Synchronising appointments, contacts and tasks",
};

/** A length of time as people say it. */
function inWords(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const [value, unit] = ms < 60_000 ? [ms / 1000, "s"] : ms < 3_600_000 ? [ms / 60_000, "min"] : [ms / 3_600_000, "h"];
  return `${Math.round(value * 10) / 10} ${unit}`;
}

type Words = (direction: Direction, context: DirectionContext, policy: RetryPolicy) => string | undefined;

/** What the text of the alert's code cannot know. Written once, when the alert is raised, so without countdowns. */
const details: Record<AlertOccasion, Words> = {
  retrying: (direction, { next, failure }, policy) =>
    failure?.kind === "throttled"
      ? `${work[direction]} waits as the server asks.`
      : `${work[direction]} fails and is tried again every ${inWords(next?.everyMs ?? policy.retryMs)}, at most ${policy.maximumAttempts} times.`,
  failed: (direction, { attempt, next }) =>
    `${work[direction]} is disabled now${attempt > 1 ? ` after ${attempt} failures in a row` : ""}; ${
      next?.everyMs
        ? `a light look every ${inWords(next.everyMs)} brings it back when the cause is gone.`
        : "it starts again when a person tests it or changes its settings or credentials."
    }`,
  failedBeside: (direction) => `${work[direction]} failed its test; the work beside it goes on.`,
  passed: (direction) => `${work[direction]} passed its test.`,
  changed: () => undefined,
};

/** The detail of an alert about one direction. */
export function alertDetail(
  occasion: AlertOccasion,
  direction: Direction,
  context: DirectionContext,
  policy: RetryPolicy,
): string | undefined {
  return details[occasion](direction, context, policy);
}
