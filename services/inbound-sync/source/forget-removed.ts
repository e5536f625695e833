import { eachAlone } from "@mailfleet/kit";
import type { InboundPorts } from "../ports.ts";

/** Longer than messages to a deleted mailbox can be on their way, and longer than any run. */
const markedMs = 30 * 86_400_000;
const atOnce = 200;

/**
 * Takes the marks of deleted mailboxes away, and with them what a run that was under way at the deletion has written
 * after it.
 */
export function createForgetRemoved({
  sources,
  messages,
  handled,
  logger,
  now,
}: Pick<InboundPorts, "sources" | "messages" | "handled" | "logger" | "now">) {
  return async (): Promise<undefined> => {
    const removed = await sources.removedBefore(now() - markedMs, atOnce);
    await eachAlone(removed, { logger, what: "forget-removed", name: (mailboxId) => mailboxId }, async (mailboxId) => {
      await messages.removeAll(mailboxId);
      await handled.remove(mailboxId);
      await sources.forget(mailboxId);
    });
  };
}
