import { type Failure, type FailureCode, failureCodes, failureOf, type RetryPolicy } from "@mailfleet/contracts";
import type { DirectionContext } from "./machine-state.ts";

/** An event that means failure: a failed run, or the deadline of a test that gave no result. */
export type FailureEvent = {
  readonly type: string;
  readonly at: number;
  readonly failure?: Failure;
  readonly policy: RetryPolicy;
  readonly wanted: boolean;
};

/** The failure an event stands for. A deadline means that the run was lost. */
export function failureIn(event: FailureEvent): Failure {
  return event.failure ?? failureOf("RUN_LOST");
}

/** No server was asked: there are no credentials, or they may not be used. */
export const unsaid: ReadonlySet<FailureCode> = new Set(["CREDENTIALS_MISSING", "CREDENTIALS_NOT_ALLOWED"]);

/**
 * Servers say "authentication failed" when they are overloaded, so refused credentials get one second chance. Missing
 * credentials do not.
 */
const hasSecondChance = (context: DirectionContext, failure: Failure) =>
  failure.kind === "auth" && !unsaid.has(failure.code) && !context.secondChanceUsed;

/** Since when a direction has only been throttled, this failure included; `null`: this is no throttling. */
export const throttledSince = (context: DirectionContext, event: FailureEvent): number | null =>
  failureIn(event).kind === "throttled" ? (context.throttledSince ?? event.at) : null;

/**
 * How often a failure is tried again: transient failures as often as the policy says, throttling for as long as the
 * policy says (two days), refused credentials once, anything else not at all.
 */
export function mayRetry(context: DirectionContext, event: FailureEvent): boolean {
  const failure = failureIn(event);
  const attemptsLeft = context.attempt < event.policy.maximumAttempts;
  const since = throttledSince(context, event);
  if (since !== null) return event.at - since < event.policy.throttledEndMs;
  if (failure.kind === "transient") return attemptsLeft;
  return attemptsLeft && hasSecondChance(context, failure);
}

/** A failure that can pass without help is probed from time to time, as long as somebody wants the mailbox. */
export function mayProbe(event: FailureEvent): boolean {
  return event.wanted && ["transient", "throttled"].includes(failureIn(event).kind);
}

/** A probe found a cause that waiting cannot cure. */
export function isHopeless(context: DirectionContext, event: FailureEvent): boolean {
  const failure = failureIn(event);
  if (failure.kind === "transient" || failure.kind === "throttled") return false;
  return !hasSecondChance(context, failure);
}

/**
 * What a test found beside daily work ends it: with another organisation's mark in the mailbox every further run would undo
 * that organisation's changes.
 */
export function endsWork(event: FailureEvent): boolean {
  return failureIn(event).code === "ITEMS_OF_ANOTHER_ORGANISATION";
}

/** Transient failures raise a warning at once. An error is raised when a person must act. */
export function raisesWarning(failure: Failure): boolean {
  return failureCodes[failure.code].severity === "warning";
}
