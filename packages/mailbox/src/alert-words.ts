import type { Direction, RetryPolicy } from "@mailfleet/contracts";
import type { AlertOccasion } from "./direction-setup.ts";
import type { DirectionContext, MachineState } from "./machine-state.ts";
import { isEnabled } from "./words.ts";

const work: Record<Direction, string> = {
  inbound: "Receiving",
  outbound: "Sending",
  // Nothing is synchronised yet.
  act: "Access to appointments, contacts and tasks",
};

/** A length of time in the words people use. */
function inWords(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const [value, unit] = ms < 60_000 ? [ms / 1000, "s"] : ms < 3_600_000 ? [ms / 60_000, "min"] : [ms / 3_600_000, "h"];
  return `${Math.round(value * 10) / 10} ${unit}`;
}

type Words = (direction: Direction, context: DirectionContext, policy: RetryPolicy) => string | undefined;

/** What the fixed text of an alert code cannot say. Written once, when the alert is raised, so no countdowns. */
const details: Record<AlertOccasion, Words> = {
  retrying: (direction, { next, failure }, policy) =>
    failure?.kind === "throttled"
      ? `${work[direction]} waits as the server asks.`
      : `${work[direction]} fails. It is tried again every ${inWords(next?.everyMs ?? policy.retryMs)}, at most ${policy.maximumAttempts} times.`,
  failed: (direction, { attempt, next, failedAt, throttledSince }) =>
    `${work[direction]} is disabled now${
      throttledSince != null && failedAt !== null
        ? `: for ${inWords(failedAt - throttledSince)} the server has only asked to wait`
        : attempt > 1
          ? ` after ${attempt} failures in a row`
          : ""
    }; ${
      next?.everyMs
        ? `a light check every ${inWords(next.everyMs)} enables it again when the cause is gone.`
        : "it starts again when a person tests it or changes its settings or credentials."
    }`,
  failedBeside: (direction) => `${work[direction]} failed its test. Daily work continues.`,
  passed: (direction) => `${work[direction]} passed its test.`,
  changed: () => undefined,
};

/** The detail text of an alert about one direction. */
export function alertDetail(
  occasion: AlertOccasion,
  direction: Direction,
  context: DirectionContext,
  policy: RetryPolicy,
): string | undefined {
  return details[occasion](direction, context, policy);
}

/** Which directions work, since when, and which do not. */
export function enabledDetail({ configured, directions }: Pick<MachineState, "configured" | "directions">): string {
  return configured
    .map((direction) => {
      const { value, since } = directions[direction];
      return isEnabled(value)
        ? `${work[direction]} works since ${new Date(since).toISOString()}.`
        : `${work[direction]} does not work.`;
    })
    .join(" ");
}
