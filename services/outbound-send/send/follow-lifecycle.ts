import type { Incoming } from "@mailfleet/bus";
import type { OutboundPorts } from "../ports.ts";
import { mailboxGone } from "./attempts.ts";
import { commit } from "./hand-over.ts";
import { sendingOf } from "./sending.ts";

const PAGE = 200;

/** Outbound works again: waiting sends are released. The mailbox is gone: they fail. */
export function createFollowLifecycle(ports: OutboundPorts) {
  const { wakeUps } = sendingOf(ports);
  return async (message: Incoming<"mailbox.transitioned.v1" | "mailbox.deleted.v1">): Promise<void> => {
    const { mailboxId } = message.body;
    ports.worker.connections.forget(mailboxId);
    if (message.type === "mailbox.deleted.v1") return end(ports, mailboxId);
    const { state, generation } = message.body.directions.outbound;
    if (state !== "enabled.running") return;
    const released = await ports.sends.release(mailboxId);
    if (released === 0) return;
    wakeUps.wake(mailboxId);
    ports.logger.info({ mailbox: mailboxId, released, generation }, "waiting sends released");
  };
}

async function end(ports: OutboundPorts, mailboxId: string): Promise<void> {
  for (;;) {
    const page = await ports.sends.unfinished(mailboxId, PAGE);
    if (page.length === 0) break;
    const ended = await Promise.all(page.map((send) => commit(ports, mailboxGone(send, ports.now()))));
    if (!ended.includes(true)) break;
  }
  await ports.activity.remove(mailboxId);
}
