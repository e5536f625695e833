import { ProblemError } from "@mailfleet/contracts";

const maximumTries = 4;

/** Tries a compare-and-swap again while it answers `null` because somebody was faster; four times, then 409. */
export async function compareAndSwap<Answer>(what: string, attempt: () => Promise<Answer | null>): Promise<Answer> {
  for (let tries = 1; tries <= maximumTries; tries++) {
    const answer = await attempt();
    if (answer !== null) return answer;
  }
  throw new ProblemError("NOT_POSSIBLE_NOW", `Many change ${what} at once.`, {
    remedy: "Repeat the command with the same commandId.",
  });
}

/** @throws ProblemError STALE_VERSION if the asker saw another version than there is */
export function refuseStale(subject: string, version: number, ifVersion: number | undefined): void {
  if (ifVersion !== undefined && ifVersion !== version)
    throw new ProblemError("STALE_VERSION", `${subject} version ${version}, not ${ifVersion}.`, {
      remedy: "Read it again and repeat the change on what it is now.",
    });
}
