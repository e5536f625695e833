import type { OutgoingMessage } from "@mailfleet/contracts";
import type { Ports } from "./ports.ts";

/** Publishes what waits in a mailbox's outbox. */
export type Relay = (mailboxId: string, outbox: readonly OutgoingMessage[]) => Promise<void>;

/**
 * In order and one after another, so that nobody hears of a consequence before its cause; then exactly what was
 * published is taken out. A coalesced run counts as published: one is waiting already. Twice is harmless: the ids are
 * deterministic and every consumer can tell a repetition. Throws an outage; what was not published stays for the sweep.
 */
export function createRelay({
  bus,
  mailboxes,
  failPoint,
  metrics,
}: Pick<Ports, "bus" | "mailboxes" | "failPoint" | "metrics">): Relay {
  return async (mailboxId, outbox) => {
    if (outbox.length === 0) return;
    const published: string[] = [];
    for (const entry of outbox) {
      if (published.length > 0) failPoint("relay.between-publishes");
      metrics.relayed.inc({ outcome: await bus.publish(entry) });
      published.push(entry.id);
    }
    failPoint("relay.before-pull");
    await mailboxes.pull(mailboxId, published);
  };
}
