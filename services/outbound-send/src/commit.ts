import type { SendChange } from "@mailfleet/store";
import type { Ports } from "./ports.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/**
 * Commits a change and publishes what it says. The commit is tried until the database answers, because what a server
 * said about a message must not be forgotten; it gives up only when the service stops. The publishing is tried once:
 * the sweep repeats it from the store. False: somebody else changed the send first.
 */
export async function commit(ports: Ports, change: SendChange): Promise<boolean> {
  const made = await untilStored(ports, change);
  if (!made) return false;
  await publishOutbox(ports, change.sendId, change.outbox);
  return true;
}

async function untilStored(ports: Ports, change: SendChange): Promise<boolean> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await ports.sends.change(change);
    } catch (error) {
      if (!ports.isOutage(error) || ports.signal.aborted) throw error;
      ports.logger.warn(
        { sendId: change.sendId, state: change.state },
        "waiting for the database to write a result down",
      );
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Publishes committed messages and takes them off the document. What fails is left for the sweep. */
export async function publishOutbox(ports: Ports, sendId: string, outbox: SendChange["outbox"]): Promise<void> {
  if (outbox.length === 0) return;
  try {
    await ports.bus.publishAll(outbox);
    await ports.sends.published(outbox.map(({ id }) => ({ sendId, messageId: id })));
  } catch (error) {
    ports.logger.warn({ sendId, reason: reasonOf(error) }, "published later, by the sweep");
  }
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
