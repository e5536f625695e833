import type { Incoming } from "@mailfleet/bus";
import type { Connections } from "../connection/connections.ts";
import type { Ports } from "../ports.ts";
import { mailboxGone } from "./attempts.ts";
import { commit } from "./hand-over.ts";
import type { WakeUps } from "./wake-ups.ts";

const PAGE = 200;

/** Outbound works again: waiting sends are released. The mailbox is gone: they fail. */
export async function followLifecycle(
  ports: Ports,
  connections: Connections,
  wakeUps: WakeUps,
  message: Incoming<"mailbox.transitioned.v1" | "mailbox.deleted.v1">,
): Promise<void> {
  const { mailboxId } = message.body;
  connections.forget(mailboxId);
  if (message.type === "mailbox.transitioned.v1") {
    const { state, generation } = message.body.directions.outbound;
    if (state !== "enabled.running") return;
    const released = await ports.sends.release(mailboxId);
    if (released === 0) return;
    wakeUps.wake(mailboxId);
    ports.logger.info({ mailboxId, released, generation }, "waiting sends released");
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
