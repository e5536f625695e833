import { setTimeout as pause } from "node:timers/promises";
import { eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { enableAll } from "./enable-all.ts";
import { plainServer, startFleet } from "./fleet.ts";
import { residentBytes } from "./memory.ts";
import { processTimeMs } from "./process-time.ts";
import type { Figure } from "./report.ts";

const megabyte = 1024 * 1024;
const mailboxes = 1000;
const password = "bench";
const targetMb = 160;
const targetSeconds = 10;
const addressOf = (n: number) => `idle${n}@example.test`;

/** Many clients in one process, or a thousand processes of Dovecot are what is measured. */
const configuration = `
service imap {
  client_limit = 50
  process_min_avail = 2
}
service imap-login {
  process_min_avail = 2
}
mail_max_userip_connections = 200
`;

/** How much memory inbound-sync takes for 1,000 idle mailboxes, and how soon they are watched after a cold start. */
export async function idleMemory(): Promise<Figure | string> {
  const { skip } = await mailServers();
  if (skip) return skip;
  const users = Object.fromEntries(Array.from({ length: mailboxes }, (_, n) => [addressOf(n), password]));
  const dovecot = await startDovecot({ users, configuration });
  const profile = { inbound: { protocol: "imap", ...plainServer(dovecot.ports.imap) }, outbound: plainServer(25) };
  const fleet = await startFleet({ address: addressOf(0), password, receives: true, profile });
  try {
    const service = fleet.stack.service("inbound-sync");
    const restart = async () => {
      await service.stop();
      const at = performance.now();
      await service.start();
      return at;
    };
    await restart();
    await pause(15_000);
    const before = residentBytes(service.pid) / megabyte;
    await enableAll(fleet, Object.keys(users), password);
    await eventually(async () => (await watches(service.httpPort)) === mailboxes, { timeoutMs: 120_000, everyMs: 200 });
    const at = await restart();
    await eventually(async () => (await watches(service.httpPort)) === mailboxes, { timeoutMs: 120_000, everyMs: 50 });
    const seconds = (performance.now() - at) / 1000;
    await pause(15_000);
    const after = residentBytes(service.pid) / megabyte;
    const cpuBefore = processTimeMs([service.pid]);
    await pause(10_000);
    const cpu = (processTimeMs([service.pid]) - cpuBefore) / 10;
    return {
      bench: "idle-memory",
      value: after - before,
      unit: "MB more",
      target: targetMb,
      lowerIsBetter: true,
      notes: [
        `inbound-sync: ${before.toFixed(0)} MB without mailboxes, ${after.toFixed(0)} MB with ${mailboxes}`,
        `all watched ${seconds.toFixed(1)} s after the process was started (target ${targetSeconds}: ${seconds <= targetSeconds ? "met" : "missed"})`,
        `while nothing comes inbound-sync takes ${cpu.toFixed(0)} ms of CPU a second`,
      ],
    };
  } finally {
    await fleet.stop();
    await dovecot.stop();
  }
}

/** Watches that the process says it has. */
async function watches(httpPort: number | undefined): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  return Number(/^mailfleet_watch_open\{[^}]*by="idle"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0);
}
