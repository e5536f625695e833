import type { Incoming } from "@mailfleet/bus";
import { commit } from "../commit.ts";
import type { Connections } from "../connections.ts";
import type { Ports } from "../ports.ts";
import { releaseWaiting } from "../release.ts";
import { mailboxGone } from "../sender.ts";

const PAGE = 200;

/** Outbound works again: what waits is released. The mailbox is gone: what waits fails and says so. */
export async function followLifecycle(
  ports: Ports,
  connections: Connections,
  message: Incoming<"mailbox.transitioned.v1" | "mailbox.deleted.v1">,
): Promise<void> {
  const { mailboxId } = message.body;
  connections.forget(mailboxId);
  if (message.type === "mailbox.transitioned.v1") {
    const { state, generation } = message.body.directions.outbound;
    if (state !== "enabled.running") return;
    const released = await releaseWaiting(ports, mailboxId, `v${message.body.v}`);
    if (released > 0) ports.logger.info({ mailboxId, released, generation }, "waiting sends released");
    return;
  }
  for (;;) {
    const page = await ports.sends.unfinished(mailboxId, PAGE);
    if (page.length === 0) break;
    const ended = await Promise.all(page.map((send) => commit(ports, mailboxGone(send, ports.now()))));
    if (!ended.includes(true)) break;
  }
  await ports.activity.remove(mailboxId);
}
