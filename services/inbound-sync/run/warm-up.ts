import type { InboundPorts } from "../ports.ts";

/** Mailboxes that are looked at: mostly enough to meet each protocol, and so many connections to the store are open. */
const some = 8;

/**
 * Goes the way of a run up to the server's door: the first run of a new process has its connectors loaded, and waits for
 * no connection of ours.
 */
export async function warmUp({ sources, worker }: Pick<InboundPorts, "sources" | "worker">): Promise<void> {
  await Promise.all(
    (await sources.someRunning(some)).map(async (mailboxId) => {
      const [connection] = await Promise.all([worker.connections.get(mailboxId), sources.get(mailboxId)]);
      if (connection?.allowed) await worker.open(connection);
    }),
  );
}
