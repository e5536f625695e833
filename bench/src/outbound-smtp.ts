import { connectBus } from "@mailfleet/bus";
import { enable, startFleet } from "./fleet.ts";
import { messageOf4K } from "./message-of-4k.ts";
import { nodemailerRate } from "./peers/nodemailer.ts";
import { processTimeMs } from "./process-time.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";
import { startSink } from "./sink.ts";

const messages = 5000;
/** The default of a profile; the peer has as many. */
const connections = 10;
const inFlight = 200;
const address = "bench@example.test";
const to = "customer@elsewhere.test";
const target = 800;
const patienceMs = 120_000;

/** From the first submit to the server's last 250; each send is accepted and attempted durably. */
export async function outboundSmtp(): Promise<Figure> {
  const sink = await startSink();
  const raws = Array.from({ length: messages }, (_, n) => messageOf4K(n, to));
  try {
    const peerValue = await nodemailerRate(sink.port, raws, connections, to);
    const fleet = await startFleet({ smtpPort: sink.port, address, password: "bench", connections });
    const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent });
    try {
      await enable(fleet);
      sink.reset();
      const pids = fleet.stack.services.map(({ pid }) => pid);
      const cpuBefore = processTimeMs(pids);
      const start = performance.now();
      let next = 0;
      let acceptedAt = start;
      const submitter = async () => {
        for (let n = next++; n < messages; n = next++)
          await bus.request("outbound-send.send.submit", {
            mailboxId: fleet.mailbox.id,
            sendId: `sn_bench${String(n).padStart(6, "0")}`,
            by: "bench",
            idempotencyKey: `bench-${n}`,
            content: { to: [to], rawBase64: (raws[n] as Buffer).toString("base64") },
          });
      };
      const progress = failWithoutProgress(() => next + sink.received());
      try {
        await Promise.race([Promise.all(Array.from({ length: inFlight }, submitter)), progress.failed]);
        acceptedAt = performance.now();
        await Promise.race([sink.reached(messages), progress.failed]);
      } finally {
        progress.end();
      }
      const doneAt = performance.now();
      return {
        bench: "outbound-smtp",
        value: messages / ((doneAt - start) / 1000),
        unit: "messages/s",
        target,
        peer: "nodemailer",
        peerValue,
        cpuMsPerMessage: (processTimeMs(pids) - cpuBefore) / messages,
        notes: [
          `accepted after ${((acceptedAt - start) / 1000).toFixed(2)} s, all sent after ${((doneAt - start) / 1000).toFixed(2)} s`,
        ],
      };
    } finally {
      await bus.stop();
      await fleet.stop();
    }
  } finally {
    await sink.stop();
  }
}

/** `failed` rejects when the figure has not changed for `patienceMs`. */
function failWithoutProgress(figure: () => number): { failed: Promise<never>; end(): void } {
  const stuck = Promise.withResolvers<never>();
  stuck.promise.catch(() => {});
  let last = { figure: figure(), at: performance.now() };
  const timer = setInterval(() => {
    const now = figure();
    if (now !== last.figure) last = { figure: now, at: performance.now() };
    else if (performance.now() - last.at > patienceMs)
      stuck.reject(new Error(`nothing was accepted or sent for ${patienceMs / 1000} s (${now} steps were done)`));
  }, 1000);
  return { failed: stuck.promise, end: () => clearInterval(timer) };
}
