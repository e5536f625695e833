import { Counter, Histogram, type Registry } from "@mailfleet/kit";

/** How a run ended. */
export type RunOutcome = "ok" | "failed" | "dropped" | "no-permit" | "busy" | "lost";

/** Figures of the runs of a direction. Mailbox ids are never labels. */
export interface RunMetrics {
  readonly runs: Counter<"purpose" | "outcome">;
  readonly seconds: Histogram<"purpose">;
}

/** Registers `mailfleet_<direction>_runs_total` and `mailfleet_<direction>_run_seconds`. */
export function createRunMetrics(registry: Registry, direction: "inbound" | "outbound"): RunMetrics {
  return {
    runs: new Counter({
      name: `mailfleet_${direction}_runs_total`,
      help: "Runs by purpose and outcome",
      labelNames: ["purpose", "outcome"],
      registers: [registry],
    }),
    seconds: new Histogram({
      name: `mailfleet_${direction}_run_seconds`,
      help: "Time that a run took once it had what it needs",
      labelNames: ["purpose"],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers: [registry],
    }),
  };
}
