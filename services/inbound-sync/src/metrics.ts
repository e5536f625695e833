import { Counter, Histogram, type Registry } from "@mailfleet/kit";

/** What the service counts. Mailbox ids are never labels. */
export interface InboundMetrics {
  readonly received: Counter;
  readonly receivedBytes: Counter;
  readonly unparsed: Counter;
  readonly quarantined: Counter;
  /** By `purpose` and `outcome` (ok, failed, dropped, no-slot, lost). */
  readonly runs: Counter<"purpose" | "outcome">;
  readonly runSeconds: Histogram<"purpose">;
}

/** Registers the metrics. */
export function createMetrics(registry: Registry): InboundMetrics {
  const counter = (name: string, help: string) =>
    new Counter({ name: `mailfleet_inbound_${name}`, help, registers: [registry] });
  return {
    received: counter("messages_total", "Messages received and stored"),
    receivedBytes: counter("bytes_total", "Raw bytes of the messages received"),
    unparsed: counter("unparsed_total", "Messages whose header could not be read"),
    quarantined: counter("quarantined_total", "Messages that could not be stored"),
    runs: new Counter({
      name: "mailfleet_inbound_runs_total",
      help: "Runs by purpose and outcome",
      labelNames: ["purpose", "outcome"],
      registers: [registry],
    }),
    runSeconds: new Histogram({
      name: "mailfleet_inbound_run_seconds",
      help: "Time that a run held its connection",
      labelNames: ["purpose"],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers: [registry],
    }),
  };
}
