import { alertRaised } from "../facts.ts";
import type { InboundPorts } from "../ports.ts";

/** Mailboxes that are polled every second may miss a few: shorter silence than this is never told. */
const shortestSilenceMs = 15_000;

/** Raises STALLED for enabled mailboxes that have been silent for three intervals. Every replica does it; once is told. */
export function createWatchStalled({
  syncs,
  bus,
  logger,
  now,
}: Pick<InboundPorts, "syncs" | "bus" | "logger" | "now">) {
  return async (): Promise<void> => {
    const at = now();
    for (const sync of await syncs.findStalled(at, shortestSilenceMs)) {
      const mailboxId = sync._id;
      const heardAt = Math.max(sync.lastProvedSuccessAt ?? 0, sync.watch?.since ?? 0);
      const minutes = Math.round((at - heardAt) / 60_000);
      const detail = sync.lastProvedSuccessAt
        ? `last proof ${new Date(sync.lastProvedSuccessAt).toISOString()}, ${minutes} minutes ago`
        : "no proof since it was enabled";
      logger.warn({ mailboxId, heardAt }, "an enabled mailbox has been silent for three intervals");
      // Replicas that see it at the same time publish the same id.
      await bus.publish(alertRaised(mailboxId, { code: "STALLED", key: String(heardAt), at, detail }));
      await syncs.markStalled(mailboxId, true);
    }
  };
}
