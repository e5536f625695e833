import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "@mailfleet/local/testing";
import { enableAll } from "./enable-all.ts";
import { type ExchangeName, exchanges } from "./exchange-world.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { residentBytes } from "./memory.ts";
import { processTimeMs } from "./process-time.ts";
import type { Figure } from "./report.ts";

const megabyte = 1024 * 1024;
const mailboxes = 1000;
const targetMb = 160;

/** How much memory inbound-sync takes for 1,000 mailboxes of Exchange once each was polled, and what a poll costs. */
export async function idleExchange(name: ExchangeName): Promise<Figure> {
  const addresses = Array.from({ length: mailboxes }, (_, n) => `idle${n}@example.test`);
  const world = await exchanges[name](addresses);
  const fleet = await startFleet({ ...world.mailbox, receives: true });
  try {
    const service = fleet.stack.service("inbound-sync");
    const restart = async () => {
      await service.stop();
      await service.start();
    };
    await restart();
    await pause(15_000);
    const before = residentBytes(service.pid) / megabyte;
    const ids = await enableAll(fleet, addresses);
    await restart();
    const [cpuBefore, askedBefore] = [processTimeMs([service.pid]), world.requests()];
    await pollEach(fleet, ids);
    const cpu = processTimeMs([service.pid]) - cpuBefore;
    const asked = world.requests() - askedBefore;
    await pause(15_000);
    const after = residentBytes(service.pid) / megabyte;
    return {
      bench: `idle-${name}`,
      value: after - before,
      unit: "MB more",
      target: targetMb,
      lowerIsBetter: true,
      notes: [
        `inbound-sync: ${before.toFixed(0)} MB without mailboxes, ${after.toFixed(0)} MB with ${mailboxes}`,
        `${(asked / mailboxes).toFixed(2)} requests a poll, ${(cpu / mailboxes).toFixed(1)} ms of CPU`,
      ],
    };
  } finally {
    await fleet.stop();
    await world.stop();
  }
}

/** Has each polled and waits until it was. */
async function pollEach({ api }: Fleet, ids: readonly string[]): Promise<void> {
  const left = [...ids];
  const polling = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const path = `/mailboxes/${id}`;
      const lastRun = async () => (await api.get<Shown>(path)).directions.inbound.activity?.lastRunAt ?? "";
      const before = await lastRun();
      await api.post(`${path}/sync-now`, {});
      await eventually(async () => (await lastRun()) > before, { timeoutMs: 60_000, everyMs: 100 });
    }
  };
  await Promise.all(Array.from({ length: 8 }, polling));
}

interface Shown {
  readonly directions: { readonly inbound: { readonly activity: { readonly lastRunAt: string | null } | null } };
}
