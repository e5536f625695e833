import { availableParallelism, loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { ApiError } from "@mailfleet/client";

/** What is still missing, in words that change when anything moves; empty when nothing is. */
export type Missing = () => Promise<string>;

/** Without any movement for so long something is stuck: longer than every lease, wait and back-off together. */
const QUIET_MS = Number(process.env.MAILFLEET_FAULT_QUIET_MS ?? 60_000);
/** A machine with more to do than four processes for each core is given so many times longer. */
const patience = () => Math.min(5, Math.max(1, (loadavg()[0] ?? 0) / availableParallelism() / 4));
/** Movement that never comes to an end is wrong too. */
const LONGEST_MS = 600_000;
const EVERY_MS = 150;

/**
 * Waits until nothing is missing. The deadline goes by progress: as long as what is missing changes, it waits, so that
 * load beside the suite makes it slower and not red. Throws with what was missing at the end.
 */
export async function untilNothingIsMissing(missing: Missing, quietMs = QUIET_MS): Promise<void> {
  const began = performance.now();
  let moved = began;
  for (let last = ""; ; ) {
    // A question that cannot be answered at the moment is no progress, and no end either.
    const now = await missing().catch((error: Error) => `no answer: ${error.message}`);
    if (now === "") return;
    if (now !== last) moved = performance.now();
    last = now;
    const still = performance.now() - moved;
    if (still > quietMs * patience()) throw new Error(`nothing moved for ${Math.round(still / 1000)} s: ${now}`);
    if (performance.now() - began > LONGEST_MS * patience())
      throw new Error(`no end after ${LONGEST_MS / 60_000} minutes: ${now}`);
    await pause(EVERY_MS);
  }
}

/**
 * A client that does what the README asks of clients: repeats what got no answer, with the same key. `failed` hears of
 * each failure.
 */
export async function untilAnswered<Answer>(
  ask: () => Promise<Answer>,
  failed: (error: unknown) => void = () => {},
): Promise<Answer> {
  let answer: { value: Answer } | undefined;
  await untilNothingIsMissing(async () => {
    try {
      answer = { value: await ask() };
      return "";
    } catch (error) {
      failed(error);
      await pause(200);
      return error instanceof ApiError ? `${error.status} ${error.message}` : "nobody answers";
    }
  });
  return answer!.value;
}
