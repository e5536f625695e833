import { connectBus } from "@mailfleet/bus";
import { subjects } from "@mailfleet/contracts";
import { type BenchMailbox, enable, startFleet } from "./fleet.ts";
import { processTimeMs } from "./process-time.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";

/**
 * From the mailbox being enabled to the last `mail.received` on the bus, with all of Mailfleet as separate processes:
 * messages a second, and the CPU of all processes.
 */
export async function receiveAll(
  mailbox: BenchMailbox,
  messages: number,
): Promise<Pick<Figure, "value" | "cpuMsPerMessage" | "notes">> {
  const fleet = await startFleet(mailbox);
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  try {
    const pids = fleet.stack.services.map(({ pid }) => pid);
    const seen = new Set<string>();
    let enabledAt = 0;
    const all = new Promise<number>((resolve) => {
      void bus.follow({ filters: [subjects.mailFact(fleet.mailbox.id, "received")] }, (message) => {
        if (message.type !== "mail.received.v1") return;
        seen.add(message.body.messageKey);
        if (seen.size === messages) resolve(performance.now());
      });
      void bus.follow({ filters: [subjects.mailboxFact(fleet.mailbox.id, "transitioned")] }, (message) => {
        if (message.type === "mailbox.transitioned.v1" && message.body.lifecycle.to === "enabled.running")
          enabledAt ||= performance.now();
      });
    });
    const cpuBefore = processTimeMs(pids);
    await enable(fleet);
    const doneAt = await all;
    const cpuMs = processTimeMs(pids) - cpuBefore;
    const seconds = (doneAt - enabledAt) / 1000;
    return {
      value: messages / seconds,
      cpuMsPerMessage: cpuMs / messages,
      notes: [`${messages} messages in ${seconds.toFixed(2)} s; the CPU includes test & enable`],
    };
  } finally {
    await bus.stop();
    await fleet.stop();
  }
}
