import { metricsOf, type Registry } from "@mailfleet/kit";

/** Registers the metrics of the scheduler. */
export function createMetrics(registry: Registry) {
  const { counter, histogram } = metricsOf(registry);
  const buckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600];
  return {
    fired: counter("mailfleet_timer_fired_total", "Timers fired"),
    lag: histogram("mailfleet_timer_lag_seconds", "From when a timer was due to when its message was stored", buckets),
    coalesced: counter("mailfleet_timer_coalesced_total", "Fired timers whose run was outstanding already"),
    spread: counter(
      "mailfleet_timer_spread_total",
      "Recurring timers put off after an outage, so that not all fire at once",
    ),
    refused: counter(
      "mailfleet_timer_refused_total",
      "Messages of due timers that their stream did not take; they are tried again",
    ),
  };
}
