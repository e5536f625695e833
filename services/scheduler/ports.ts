import type { ServicePorts } from "@mailfleet/kit";
import type { createMetrics } from "./metrics.ts";
import type { TimerStore } from "./timer/store.ts";

/** What the scheduler works with; `main.ts` builds it, tests build it from real engines. */
export interface SchedulerPorts extends ServicePorts {
  readonly timers: TimerStore;
  readonly metrics: ReturnType<typeof createMetrics>;
}
