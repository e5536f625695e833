import { ProblemError } from "@mailfleet/contracts";

/**
 * Others changed the document first, four times in a row; nothing was written. A message is delivered again; a command
 * must be repeated by its caller.
 */
export class Conflict extends ProblemError {
  constructor(what: string) {
    super("CONFLICT", `${what} is being changed by many at the same time.`, {
      remedy: "Repeat the command with the same Idempotency-Key.",
    });
    this.name = "Conflict";
  }
}

const maximumTries = 4;

/** Tries a compare-and-swap again while it answers `null` because somebody was faster. @throws Conflict after four */
export async function compareAndSwap<Answer>(what: string, attempt: () => Promise<Answer | null>): Promise<Answer> {
  for (let tries = 1; tries <= maximumTries; tries++) {
    const answer = await attempt();
    if (answer !== null) return answer;
  }
  throw new Conflict(what);
}

/** @throws ProblemError STALE_VERSION if the caller saw another version than there is */
export function refuseStale(what: string, version: number, ifVersion: number | undefined): void {
  if (ifVersion !== undefined && ifVersion !== version)
    throw new ProblemError("STALE_VERSION", `${what} has version ${version}, not ${ifVersion}.`, {
      remedy: "Read it again, then repeat your change.",
    });
}

/** The same command id came before, from the same caller, with other words. */
export function commandIdReused(commandId: string): ProblemError {
  return new ProblemError("COMMAND_ID_REUSED", `The command ${commandId} was given before with different content.`, {
    remedy: "Use a new Idempotency-Key for each command; repeat a command unchanged.",
  });
}
