import {
  type Direction,
  type DirectionState,
  type DirectionStatus,
  type DirectionSummary,
  directions,
  failureCodes,
  type RetryPolicy,
} from "@mailfleet/contracts";
import { besideTestTimer, waitTimer } from "./direction-effects.ts";
import type { EffectParameters } from "./direction-setup.ts";
import type { RequestRun, SetTimer } from "./effects.ts";
import type { DirectionContext, MachineState } from "./machine-state.ts";
import { comingTime } from "./waiting.ts";
import { isEnabled, wordOf } from "./words.ts";

/** The part of a direction's status that the machine knows. `config` keeps the steps of the last test. */
export type MachineStatus = Omit<DirectionStatus, "lastTest"> & {
  /** When the present state was entered. */
  since: number;
};

function lastError({ failure, failedAt }: DirectionContext): DirectionStatus["lastError"] {
  if (!failure) return null;
  const { text, remedy } = failureCodes[failure.code];
  return { ...failure, text, remedy, at: failedAt ?? 0 };
}

/**
 * The status of a direction. `attemptsLeft` counts the retries that may still fail before it is disabled. With `now`,
 * a recurring step shows its next time instead of its first.
 */
export function statusOf(state: MachineState, direction: Direction, policy: RetryPolicy, now?: number): MachineStatus {
  const { value, context, since } = state.directions[direction];
  const { next, attempt } = context;
  return {
    configured: state.configured.includes(direction),
    state: wordOf(value),
    enabled: isEnabled(value),
    verdict: context.verdict,
    generation: context.generation,
    attempt,
    attemptsLeft: Math.max(0, Math.min(policy.maximumAttempts, policy.maximumAttempts + 1 - attempt)),
    lastError: lastError(context),
    next: next && { ...next, at: now === undefined ? next.at : comingTime(next, now) },
    since,
  };
}

/** A direction in a few words, for the fact `transitioned`. */
export function summaryOf(state: MachineState, direction: Direction): DirectionSummary {
  const { value, context } = state.directions[direction];
  const { next, failure, generation, attempt, verdict } = context;
  return {
    state: wordOf(value),
    generation,
    attempt,
    verdict,
    ...(isEnabled(value) && next?.everyMs !== undefined ? { everyMs: next.everyMs } : {}),
    ...(failure ? { code: failure.code } : {}),
  };
}

/** How the timer of each waiting state delivers. The charts say the same, and the walk compares the two. */
const deliveries: Partial<Record<DirectionState, EffectParameters["timer"]>> = {
  testing: { deliver: "event" },
  retesting: { deliver: "event" },
  "enabled.running": { deliver: "run", purpose: "sync" },
  "enabled.retrying": { deliver: "run", purpose: "sync" },
  "failed.probing": { deliver: "run", purpose: "probe" },
};

/**
 * The runs that are under way, or that daily work would do next: those of them that the bus has lost are asked for once
 * more. One that a failure put off is not among them: its timer brings it.
 */
export function runsOf(state: MachineState): RequestRun[] {
  return directions.flatMap((direction) => {
    const { value, context } = state.directions[direction];
    const run = (purpose: RequestRun["purpose"]): RequestRun => ({
      ...{ type: "requestRun", direction, purpose },
      generation: context.generation,
    });
    const word = wordOf(value);
    const isTested = word === "testing" || context.besideTestDue !== null;
    return [
      ...(isTested ? [run("test")] : []),
      ...(word === "enabled.running" && context.next?.everyMs !== undefined ? [run("sync")] : []),
    ];
  });
}

/** The timers that must be armed in this state, for the sweep that arms lost ones again: the bus may lose messages. */
export function timersOf(state: MachineState): SetTimer[] {
  return directions.flatMap((direction) => {
    const { value, context } = state.directions[direction];
    const delivery = deliveries[wordOf(value)];
    return delivery ? [...waitTimer(direction, context, delivery), ...besideTestTimer(direction, context)] : [];
  });
}
