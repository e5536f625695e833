import { UncertainError } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";

/** The first wait is this many times longer if waiting alone does not repair the failure. */
const lastingFactor = 10;
const longestTransientMs = 1_800_000;
const longestLastingMs = 7_200_000;
/** A server may ask for more; notices would be given up meanwhile. */
const longestRetryAfterMs = 43_200_000;

const lasting: ReadonlySet<Failure["kind"]> = new Set(["auth", "consent", "permanent"]);

/** Any error of sending as a failure of the closed list. */
export function noticeFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  // It may have arrived, so the next attempt has the same Message-ID.
  if (error instanceof UncertainError) return failureOf("CONNECTION_LOST", { reply: error.message.slice(0, 500) });
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failureOf("INTERNAL_ERROR", { reply: message.slice(0, 500) });
}

/**
 * How long a mail waits that the server put off for its recipient alone, milliseconds: as long as it has waited, so that
 * the waits double; within the bounds of `pauseMs`.
 */
export function putOffMs({ retryAfterMs = 0 }: Failure, waitedMs: number, retryMs: number): number {
  const doubled = Math.min(longestTransientMs, Math.max(retryMs, waitedMs));
  return Math.max(doubled, Math.min(retryAfterMs, longestRetryAfterMs));
}

/**
 * How long all replicas wait after the nth failure in a row, milliseconds: doubled each time, longer from the start for
 * what a person has to repair, and never shorter than the server asks for (Retry-After, RFC 9110 §10.2.3).
 */
export function pauseMs(failure: Failure, failures: number, retryMs: number): number {
  const isLasting = lasting.has(failure.kind);
  const first = isLasting ? retryMs * lastingFactor : retryMs;
  const grown = Math.min(isLasting ? longestLastingMs : longestTransientMs, first * 2 ** Math.min(failures - 1, 20));
  return Math.max(grown, Math.min(failure.retryAfterMs ?? 0, longestRetryAfterMs));
}
