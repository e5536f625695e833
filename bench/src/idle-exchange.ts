import { setTimeout as pause } from "node:timers/promises";
import { enableAll } from "./enable-all.ts";
import { type ExchangeName, exchanges } from "./exchange-world.ts";
import { startFleet } from "./fleet.ts";
import { residentBytes } from "./memory.ts";
import { processTimeMs } from "./process-time.ts";
import type { Figure } from "./report.ts";

const megabyte = 1024 * 1024;
const mailboxes = 1000;
const pollMs = 30_000;
const targetMb = 160;

/** How much memory inbound-sync takes for 1,000 mailboxes of Exchange that are polled twice a minute, and what a poll costs. */
export async function idleExchange(name: ExchangeName): Promise<Figure> {
  const addresses = Array.from({ length: mailboxes }, (_, n) => `idle${n}@example.test`);
  const world = await exchanges[name](addresses);
  const fleet = await startFleet({ ...world.mailbox, receives: true });
  try {
    await fleet.api.patch("/settings", { retryPolicy: { pollMs } });
    const service = fleet.stack.service("inbound-sync");
    const restart = async () => {
      await service.stop();
      await service.start();
    };
    await restart();
    await pause(15_000);
    const before = residentBytes(service.pid) / megabyte;
    await enableAll(fleet, addresses);
    await restart();
    await pause(pollMs);
    const [cpuBefore, askedBefore] = [processTimeMs([service.pid]), world.requests()];
    await pause(pollMs);
    const cpu = processTimeMs([service.pid]) - cpuBefore;
    const asked = world.requests() - askedBefore;
    const after = residentBytes(service.pid) / megabyte;
    return {
      bench: `idle-${name}`,
      value: after - before,
      unit: "MB more",
      target: targetMb,
      lowerIsBetter: true,
      notes: [
        `inbound-sync: ${before.toFixed(0)} MB without mailboxes, ${after.toFixed(0)} MB with ${mailboxes}, polled every ${pollMs / 1000} s`,
        `${(asked / mailboxes).toFixed(2)} requests a mailbox in that time, ${(cpu / mailboxes).toFixed(1)} ms of CPU`,
      ],
    };
  } finally {
    await fleet.stop();
    await world.stop();
  }
}
