import type { ServicePorts } from "@mailfleet/kit";
import type { TimerStore } from "./timer/store.ts";

/** What the scheduler works with; `main.ts` builds it, tests build it from real engines. */
export interface SchedulerPorts extends ServicePorts {
  readonly timers: TimerStore;
  readonly metrics: SchedulerMetrics;
}

/** What the scheduler counts. */
export interface SchedulerMetrics {
  /** Messages published, with how late each was. */
  fired(lagMs: readonly number[]): void;
  /** Runs that were not asked for, because one was outstanding. */
  coalesced(count: number): void;
  /** Timers put off, to make up for missed slots one after another. */
  spread(count: number): void;
  /** Messages that their stream did not take; they are tried again. */
  refused(count: number): void;
}
