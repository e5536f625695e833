import { connectBus } from "@mailfleet/bus";
import { type BenchMailbox, enable, startFleet } from "./fleet.ts";
import { processTimeMs } from "./process-time.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";

const inFlight = 200;
const patienceMs = 120_000;

/** Who takes the messages at the end. */
export interface BenchSink {
  /** How many it has taken. */
  received(): number;
  /** Resolves when it has taken this many. */
  reached(count: number): Promise<void>;
  /** Forgets what it has taken, e.g. the probe of the test. */
  reset(): void;
}

/**
 * From the first submit to the server's last acceptance, with all of Mailfleet as separate processes; each send is
 * accepted and attempted durably. Messages a second, and the CPU of all processes.
 */
export async function sendAll(
  mailbox: BenchMailbox,
  raws: readonly Buffer[],
  to: string,
  sink: BenchSink,
): Promise<Pick<Figure, "value" | "cpuMsPerMessage" | "notes">> {
  const messages = raws.length;
  const fleet = await startFleet(mailbox);
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  try {
    await enable(fleet);
    sink.reset();
    const { services } = fleet.stack;
    const before = services.map(({ pid }) => processTimeMs([pid]));
    const start = performance.now();
    let next = 0;
    let acceptedAt = start;
    const submitter = async () => {
      for (let n = next++; n < messages; n = next++)
        await bus.request(
          "outbound-send.send.submit",
          {
            mailboxId: fleet.mailbox.id,
            sendId: `sn_bench${String(n).padStart(6, "0")}`,
            by: "bench",
            idempotencyKey: `bench-${n}`,
            content: { to: [to], raw: "attached" },
          },
          { attachment: raws[n] as Buffer },
        );
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
    const cpu = services.map(({ pid }, index) => (processTimeMs([pid]) - (before[index] ?? 0)) / messages);
    const byService = services.map(({ name }, index) => `${name} ${cpu[index]?.toFixed(2)}`).join(", ");
    const [accepted, done] = [(acceptedAt - start) / 1000, (doneAt - start) / 1000];
    return {
      value: messages / done,
      cpuMsPerMessage: cpu.reduce((sum, one) => sum + one, 0),
      notes: [
        `accepted after ${accepted.toFixed(2)} s, all sent after ${done.toFixed(2)} s`,
        `by service: ${byService}`,
      ],
    };
  } finally {
    await bus.stop();
    await fleet.stop();
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
