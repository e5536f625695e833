import type { Direction } from "@mailfleet/contracts";
import { metricsOf, type Registry } from "@mailfleet/kit";

/** How a run ended. */
export type RunOutcome = "ok" | "failed" | "dropped" | "no-permit" | "busy" | "lost";

/** Registers `mailfleet_<direction>_runs_total` and `mailfleet_<direction>_run_seconds`. */
export function createRunMetrics(registry: Registry, direction: Direction) {
  const { counter, histogram } = metricsOf(registry);
  const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
  return {
    runs: counter(`mailfleet_${direction}_runs_total`, "Runs by purpose and outcome", "purpose", "outcome"),
    seconds: histogram(
      `mailfleet_${direction}_run_seconds`,
      "Time that a run took once it had what it needs",
      buckets,
      "purpose",
    ),
  };
}
export type RunMetrics = ReturnType<typeof createRunMetrics>;
