import { Counter, Gauge, Histogram, type Registry } from "@mailfleet/kit";

/** What is counted. No mailbox id is ever a label. */
export interface Metrics {
  /** Steps by event and outcome: accepted, ignored, refused, repeated, conflict, failed. */
  readonly steps: Counter<"event" | "outcome">;
  readonly stepSeconds: Histogram;
  readonly mailboxes: Gauge<"lifecycle">;
}

/** Registers the metrics of this service. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry];
  return {
    steps: new Counter({
      name: "mailfleet_config_steps_total",
      help: "Steps of mailbox machines",
      labelNames: ["event", "outcome"],
      registers,
    }),
    stepSeconds: new Histogram({
      name: "mailfleet_config_step_seconds",
      help: "Time of a step from load to relayed",
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    mailboxes: new Gauge({
      name: "mailfleet_config_mailboxes",
      help: "Mailboxes by life-cycle word",
      labelNames: ["lifecycle"],
      registers,
    }),
  };
}
