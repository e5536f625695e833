import { eachAlone } from "@mailfleet/kit";
import type { InboundPorts } from "../ports.ts";

/** Longer than messages to a deleted mailbox can be on their way, and longer than any run. */
const markedMs = 30 * 86_400_000;
const atOnce = 200;

/** Removes what is kept of a mailbox beside its source. */
export async function removeKept(
  { messages, fingerprints, names }: Pick<InboundPorts, "messages" | "fingerprints" | "names">,
  mailboxId: string,
): Promise<void> {
  await messages.removeAll(mailboxId);
  await fingerprints.remove(mailboxId);
  await names.remove(mailboxId);
}

/**
 * Takes the marks of deleted mailboxes away, and with them what a run that was under way at the deletion has written
 * after it.
 */
export async function forgetRemoved(
  ports: Pick<InboundPorts, "sources" | "messages" | "fingerprints" | "names" | "logger" | "now">,
): Promise<void> {
  const { sources, logger, now } = ports;
  const removed = await sources.removedBefore(now() - markedMs, atOnce);
  await eachAlone(removed, { logger, what: "forget-removed", name: String }, async (mailboxId) => {
    await removeKept(ports, mailboxId);
    await sources.forget(mailboxId);
  });
}
