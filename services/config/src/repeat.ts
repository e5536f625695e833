import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@mailfleet/contracts";

/** Does the work again and again, with a pause in between, until the signal; an error is logged and does not end it. */
export async function repeat(
  name: string,
  everyMs: number,
  work: () => Promise<unknown>,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    try {
      await work();
      if (failing) logger.info({ sweep: name }, "sweep works again");
      failing = false;
    } catch (error) {
      // An outage lasts for many rounds; saying it once is enough.
      if (!failing) logger.warn({ sweep: name, err: error }, "sweep failed, it goes on");
      failing = true;
    }
    try {
      await delay(everyMs, undefined, { signal });
    } catch {
      return;
    }
  }
}
