import { createConnection } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connectBus } from "@mailfleet/bus";
import { subjects } from "@mailfleet/contracts";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { enable, plainServer, startFleet, watchOf } from "./fleet.ts";
import { messageOf4K } from "./message-of-4k.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";

const messages = 60;
const address = "bench@example.test";
const password = "bench";
const allowedMs = 50;

/** From a delivery at Dovecot to `mail.received`, beside Dovecot's own notice on a raw connection in IDLE. */
export async function idleLatency(): Promise<Figure | string> {
  const { skip } = await mailServers();
  if (skip) return skip;
  const dovecot = await startDovecot({ users: { [address]: password } });
  const profile = { inbound: { protocol: "imap", ...plainServer(dovecot.ports.imap) }, outbound: plainServer(25) };
  const fleet = await startFleet({ address, password, receives: true, profile });
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  const received: number[] = [];
  try {
    await enable(fleet);
    await eventually(async () => (await watchOf(fleet)) === "idle", { timeoutMs: 20_000 });
    void bus.follow({ filters: [subjects.mailFact(fleet.mailbox.id, "received")] }, () =>
      received.push(performance.now()),
    );
    const raw = await rawIdle(dovecot);
    const noticed: number[] = [];
    const told: number[] = [];
    for (let n = 0; n < messages; n++) {
      const next = raw.next();
      await dovecot.drop(address, 1, () => messageOf4K(n, address));
      const at = performance.now();
      noticed.push((await next) - at);
      await eventually(() => received.length > n, { timeoutMs: 20_000, everyMs: 1 });
      told.push((received[n] ?? 0) - at);
      // Not in step with anything.
      await pause(600 + Math.random() * 400);
    }
    raw.end();
    const p = (all: number[], share: number) => all.toSorted((a, b) => a - b)[Math.floor(all.length * share)] ?? 0;
    const after = told.map((one, n) => one - (noticed[n] ?? 0));
    return {
      bench: "idle-latency",
      value: p(told, 0.95),
      unit: "ms (p95)",
      target: Math.round(p(noticed, 0.95)) + allowedMs,
      lowerIsBetter: true,
      peer: "Dovecot's own notice",
      peerValue: p(noticed, 0.95),
      notes: [
        `${messages} deliveries: p50 ${p(told, 0.5).toFixed(0)} ms, Dovecot's own p50 ${p(noticed, 0.5).toFixed(0)} ms`,
        `after Dovecot's own notice: p50 ${p(after, 0.5).toFixed(0)} ms, p95 ${p(after, 0.95).toFixed(0)} ms`,
      ],
    };
  } finally {
    await bus.stop();
    await fleet.stop();
    await dovecot.stop();
  }
}

/** A connection that does nothing but wait. */
async function rawIdle(dovecot: Dovecot) {
  const socket = createConnection({ host: "127.0.0.1", port: dovecot.ports.imap, noDelay: true });
  let text = "";
  let heard: ((at: number) => void) | undefined;
  socket.on("data", (data) => {
    const at = performance.now();
    text += data.toString("latin1");
    if (/\* \d+ EXISTS/.test(data.toString("latin1"))) heard?.(at);
  });
  socket.write(`a LOGIN ${address} ${password}\r\nb EXAMINE INBOX\r\nc IDLE\r\n`);
  await eventually(() => text.includes("+ idling"));
  return {
    next: () =>
      new Promise<number>((resolve) => {
        heard = resolve;
      }),
    end: () => socket.destroy(),
  };
}
