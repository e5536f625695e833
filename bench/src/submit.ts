import { connectBus } from "@mailfleet/bus";
import { enable, plainServer, startFleet } from "./fleet.ts";
import { messageOf4K } from "./message-of-4k.ts";
import type { Figure } from "./report.ts";
import { silent } from "./silent.ts";
import { startSink } from "./sink.ts";

const perSecond = 500;
const seconds = 10;
const address = "bench@example.test";
const to = "customer@elsewhere.test";
const targetMs = 20;

/** How long a submit takes until it is accepted durably, 500 a second, while all of them are sent as well. */
export async function submit(): Promise<Figure> {
  const sink = await startSink();
  const profile = { inbound: plainServer(143), outbound: plainServer(sink.port), maximumConcurrentConnections: 10 };
  const fleet = await startFleet({ address, password: "bench", sends: true, profile });
  const bus = await connectBus({ url: fleet.stack.natsUrl, name: "bench", logger: silent, isOutage: () => false });
  try {
    await enable(fleet);
    const took: number[] = [];
    const ask = async (n: number) => {
      const started = performance.now();
      const idempotencyKey = `submit-${n}`;
      await bus.request(
        "outbound-send.send.submit",
        {
          ...{ mailboxId: fleet.mailbox.id, sendId: `sn_submit${String(n).padStart(6, "0")}`, by: "bench" },
          ...{ idempotencyKey, content: { to: [to], raw: "attached" as const } },
        },
        { attachment: messageOf4K(n, to) },
      );
      took.push(performance.now() - started);
    };
    const asked: Promise<void>[] = [];
    const start = performance.now();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - start) / 1000) * perSecond));
        while (asked.length < due) asked.push(ask(asked.length));
        if (asked.length < perSecond * seconds) return;
        clearInterval(timer);
        resolve();
      }, 2);
    });
    await Promise.all(asked);
    took.sort((a, b) => a - b);
    const at = (share: number) => took[Math.floor(took.length * share)] ?? 0;
    return {
      bench: "submit",
      value: at(0.95),
      unit: "ms (p95)",
      target: targetMs,
      lowerIsBetter: true,
      notes: [`p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, ${perSecond} submits a second`],
    };
  } finally {
    await bus.stop();
    await fleet.stop();
    await sink.stop();
  }
}
