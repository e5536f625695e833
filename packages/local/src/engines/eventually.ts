import { setTimeout as delay } from "node:timers/promises";

export interface EventuallyOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Default 25 ms. */
  readonly everyMs?: number;
  /** Named in the error of a time-out: "mailbox enabled". */
  readonly what?: string;
}

/**
 * Asks again until the answer is neither `false`, `null`, `undefined` nor a throw, and returns it. After the deadline
 * it throws the last error, or one that names what was waited for and the last answer.
 */
export async function eventually<Value>(
  ask: () => Value | Promise<Value>,
  { timeoutMs = 10_000, everyMs = 25, what }: EventuallyOptions = {},
): Promise<Exclude<Value, false | null | undefined>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    let answer: Value | undefined;
    try {
      answer = await ask();
      // `undefined` means "not yet", because most questions are look-ups: end a block of assertions with `return true`.
      if (answer !== false && answer !== null && answer !== undefined)
        return answer as Exclude<Value, false | null | undefined>;
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadline) {
      const waited = `${what ?? "the expected state"} did not come within ${timeoutMs} ms`;
      if (failure instanceof Error) throw Object.assign(failure, { message: `${waited}: ${failure.message}` });
      throw new Error(`${waited}; the last answer was ${JSON.stringify(answer)}`);
    }
    await delay(everyMs);
  }
}
