import { type Problem, ProblemError } from "@mailfleet/contracts";

/** What a mailbox was refused; `null`: an outage or a fault of ours, which is no answer about the mailbox. */
export function refusalOf(error: unknown): Problem | null {
  return error instanceof ProblemError && error.problem.code !== "UNAVAILABLE" ? error.problem : null;
}
