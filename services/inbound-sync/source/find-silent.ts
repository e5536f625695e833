import { eachAlone } from "@mailfleet/kit";
import type { InboundPorts } from "../ports.ts";
import { alertRaised } from "./alerts.ts";

/**
 * Raises STALLED for enabled mailboxes that have been silent for three intervals. Every replica checks; one reports.
 */
export async function findSilent({
  sources,
  bus,
  logger,
  now,
}: Pick<InboundPorts, "sources" | "bus" | "logger" | "now">): Promise<void> {
  const at = now();
  const silent = await sources.findStalled(at);
  await eachAlone(silent, { logger, what: "find-silent", name: ({ _id }) => _id }, async (source) => {
    const mailboxId = source._id;
    const heardAt = Math.max(source.lastProvedSuccessAt ?? 0, source.expected?.since ?? 0);
    const minutes = Math.round((at - heardAt) / 60_000);
    const detail = source.lastProvedSuccessAt
      ? `last proof ${new Date(source.lastProvedSuccessAt).toISOString()}, ${minutes} minutes ago`
      : "no proof since it was enabled";
    logger.warn({ mailbox: mailboxId, heardAt }, "an enabled mailbox has been silent for three intervals");
    // Noted first: a process that dies after publishing leaves an alert that the next run clears. Replicas that see it
    // at the same time publish the same id.
    await sources.markStalled(mailboxId, "noticed");
    await bus.publish(alertRaised(mailboxId, { code: "STALLED", key: String(heardAt), at, detail }));
    await sources.markStalled(mailboxId, "told");
  });
}
