import { type Failure, FailureError, failureOf, type Logger, ProblemError } from "@mailfleet/contracts";

/** The failure that a run's error means. What no connector named is our own fault, and logged with its stack. */
export function failureFor(error: unknown, logger: Logger): Failure {
  if (error instanceof FailureError) return error.failure;
  logger.error({ err: error }, "a run failed in an unexpected way");
  return failureOf("INTERNAL_ERROR", { reply: error instanceof Error ? error.message.slice(0, 500) : "unknown" });
}

/** True for an error that only means that another service is away for now. */
export function isServiceAway(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === "UNAVAILABLE";
}
