import type { OutboundPorts } from "../ports.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/**
 * Tries until the database answers, because what a server said about a message must not be forgotten; gives up only
 * when the service stops. What is tried is harmless twice.
 */
export async function untilStored<Result>(
  { isOutage, signal, logger }: Pick<OutboundPorts, "isOutage" | "signal" | "logger">,
  what: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isOutage(error) || signal.aborted) throw error;
      logger.warn({ what, reason: reasonOf(error) }, "waiting for the database");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** The message of anything thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
