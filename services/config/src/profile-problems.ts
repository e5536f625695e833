import { ProblemError } from "@mailfleet/contracts";

/** There is none, or not any more. */
export function noSuchProfile(id: string): ProblemError {
  return new ProblemError("NOT_FOUND", `There is no profile ${id}.`);
}

/** Two living profiles never have one name: people choose by it. */
export function nameTaken(name: string, pointer: string): ProblemError {
  return new ProblemError("ALREADY_EXISTS", `There is a profile named ${name} already.`, {
    remedy: "Choose another name.",
    errors: [{ pointer, reason: "is taken" }],
  });
}

/** It cannot be deleted yet. */
export function profileInUse(detail: string, remedy: string): ProblemError {
  return new ProblemError("IN_USE", detail, { remedy });
}
