import { Counter, Gauge, Histogram, type Registry } from "@mailfleet/kit";

/** Figures of this service; none has a mailbox as label. */
export interface OutboundMetrics {
  /** By outcome: sent, deferred, waiting, uncertain, failed, expired, accepted (given back while stopping). */
  readonly attempts: Counter<"outcome">;
  readonly failures: Counter<"code">;
  readonly accepted: Counter;
  /** Seconds from accepted to the server's answer. */
  readonly delay: Histogram;
  readonly inFlight: Gauge;
}

/** Registers the figures. */
export function createMetrics(registry: Registry): OutboundMetrics {
  const registers = [registry];
  return {
    accepted: new Counter({ name: "mailfleet_sends_accepted_total", help: "Sends accepted", registers }),
    attempts: new Counter({
      name: "mailfleet_send_attempts_total",
      help: "Attempts by outcome",
      labelNames: ["outcome"],
      registers,
    }),
    failures: new Counter({
      name: "mailfleet_send_failures_total",
      help: "Failed attempts by code",
      labelNames: ["code"],
      registers,
    }),
    delay: new Histogram({
      name: "mailfleet_send_delay_seconds",
      help: "From accepted to the server's answer",
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600, 3600],
      registers,
    }),
    inFlight: new Gauge({ name: "mailfleet_sends_in_flight", help: "Sends being handed over now", registers }),
  };
}
