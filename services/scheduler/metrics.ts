import { Counter, Histogram, type Registry } from "@mailfleet/kit";
import type { SchedulerMetrics } from "./ports.ts";

/** Prometheus metrics of the scheduler. */
export function createMetrics(registry: Registry): SchedulerMetrics {
  const registers = [registry];
  const fired = new Counter({ name: "mailfleet_timers_fired_total", help: "Timers fired", registers });
  const coalesced = new Counter({
    name: "mailfleet_timers_coalesced_total",
    help: "Fired timers whose run was outstanding already",
    registers,
  });
  const spread = new Counter({
    name: "mailfleet_timers_spread_total",
    help: "Recurring timers put off after an outage, so that not all fire at once",
    registers,
  });
  const refused = new Counter({
    name: "mailfleet_timers_refused_total",
    help: "Messages of due timers that their stream did not take; they are tried again",
    registers,
  });
  const lag = new Histogram({
    name: "mailfleet_timer_lag_seconds",
    help: "From when a timer was due to when its message was stored",
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600],
    registers,
  });
  return {
    fired: (lags) => {
      fired.inc(lags.length);
      for (const ms of lags) lag.observe(Math.max(0, ms) / 1000);
    },
    coalesced: (count) => coalesced.inc(count),
    spread: (count) => spread.inc(count),
    refused: (count) => refused.inc(count),
  };
}
