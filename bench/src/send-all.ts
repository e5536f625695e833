import { type Bus, connectBus } from "@mailfleet/bus";
import { type BenchMailbox, enable, type Fleet, startFleet } from "./fleet.ts";
import { cpuOf, inWords } from "./process-time.ts";
import { type Figure, justStarted } from "./report.ts";
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
 * accepted and attempted durably. Messages a second, and the CPU of all processes. The figures are those of processes
 * that have sent as many messages before; what these took, while the code was being compiled, is a note.
 */
export async function sendAll(
  mailbox: BenchMailbox,
  raws: readonly Buffer[],
  to: string,
  sink: BenchSink,
): Promise<Pick<Figure, "value" | "cpuMsPerMessage" | "notes">> {
  const fleet = await startFleet(mailbox);
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  try {
    await enable(fleet);
    const started = await sendRound({ fleet, bus, raws, to, sink, round: 0 });
    const warm = await sendRound({ fleet, bus, raws, to, sink, round: 1 });
    return {
      value: raws.length / warm.doneS,
      cpuMsPerMessage: warm.cpuMsPerMessage,
      notes: [...warm.notes, justStarted(raws.length / started.doneS, started.cpuMsPerMessage), ...started.notes],
    };
  } finally {
    await bus.stop();
    await fleet.stop();
  }
}

interface Round {
  readonly fleet: Fleet;
  readonly bus: Bus;
  readonly raws: readonly Buffer[];
  readonly to: string;
  readonly sink: BenchSink;
  /** Ids of sends are made with it. */
  readonly round: number;
}

async function sendRound({ fleet, bus, raws, to, sink, round }: Round) {
  const messages = raws.length;
  sink.reset();
  const { services, mongo, nats } = fleet.stack;
  const ours = services.map(({ name, pid }) => [name, pid] as const);
  const others = [
    ["MongoDB", mongo?.pid] as const,
    ["NATS", nats?.pid] as const,
    ["this process", process.pid] as const,
  ];
  const cpuOfOurs = cpuOf(ours, messages);
  const cpuOfOthers = cpuOf(others, messages);
  const start = performance.now();
  let next = 0;
  const submitter = async () => {
    for (let n = next++; n < messages; n = next++)
      await bus.request(
        "outbound-send.send.submit",
        {
          mailboxId: fleet.mailbox.id,
          sendId: `sn_bench${round}${String(n).padStart(6, "0")}`,
          by: "bench",
          idempotencyKey: `bench-${round}-${n}`,
          content: { to: [to], raw: "attached" },
        },
        { attachment: raws[n] as Buffer },
      );
  };
  const progress = failWithoutProgress(() => next + sink.received());
  let acceptedS: number;
  try {
    await Promise.race([Promise.all(Array.from({ length: inFlight }, submitter)), progress.failed]);
    acceptedS = (performance.now() - start) / 1000;
    await Promise.race([sink.reached(messages), progress.failed]);
  } finally {
    progress.end();
  }
  const doneS = (performance.now() - start) / 1000;
  const used = cpuOfOurs();
  return {
    doneS,
    cpuMsPerMessage: used.reduce((sum, [, cpu]) => sum + cpu, 0),
    notes: [
      `accepted after ${acceptedS.toFixed(2)} s, all sent after ${doneS.toFixed(2)} s`,
      `by service: ${inWords(used)}`,
      `beside them: ${inWords(cpuOfOthers())}`,
    ],
  };
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
