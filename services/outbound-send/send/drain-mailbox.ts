import type { Incoming } from "@mailfleet/bus";
import type { OutboundPorts } from "../ports.ts";
import { sendingOf } from "./sending.ts";

/** A wake-up: drains the mailbox. While the service stops, the wake-up goes back, to another replica. */
export function createDrain(ports: OutboundPorts) {
  const { drains } = sendingOf(ports);
  return async ({ body }: Incoming<"sends.due.v1">, stopping: AbortSignal): Promise<void> => {
    if ((await drains.drain(body.mailboxId)) === "done") return;
    if (!stopping.aborted) await new Promise((resolve) => stopping.addEventListener("abort", resolve, { once: true }));
    throw stopping.reason;
  };
}

/** The wake-up is gone from its subject: what was refused until now was meant for it, so it is looked at once more. */
export function createLook(ports: OutboundPorts) {
  const { drains } = sendingOf(ports);
  return ({ body }: Incoming<"sends.due.v1">): void => drains.look(body.mailboxId);
}
