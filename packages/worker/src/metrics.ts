import { metricsOf, type Registry } from "@mailfleet/kit";

/** How a run ended. */
export type RunOutcome = "ok" | "failed" | "dropped" | "no-permit" | "busy" | "lost";

/** Registers the metrics of runs, for all directions that a process works for. */
export function createRunMetrics(registry: Registry) {
  const { counter, gauge, histogram } = metricsOf(registry);
  const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
  return {
    heldByHost: gauge(
      "mailfleet_permit_held",
      "Connections that this process may have at this moment, by host",
      "host",
    ),
    runs: counter("mailfleet_run_ended_total", "Runs, by how they ended", "direction", "purpose", "outcome"),
    seconds: histogram(
      "mailfleet_run_duration_seconds",
      "Time that a run took once it had what it needs",
      buckets,
      "direction",
      "purpose",
    ),
  };
}
export type RunMetrics = ReturnType<typeof createRunMetrics>;
