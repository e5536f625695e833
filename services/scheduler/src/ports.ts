import type { Bus } from "@mailfleet/bus";
import type { FailPoint, Logger } from "@mailfleet/contracts";
import type { TimerRepository } from "@mailfleet/store";

/** What the scheduler needs of the world. */
export interface SchedulerPorts {
  readonly bus: Pick<Bus, "declare" | "publishAll" | "consumeBatches" | "respond">;
  readonly timers: TimerRepository;
  readonly metrics: SchedulerMetrics;
  readonly logger: Logger;
  readonly failPoint: FailPoint;
  /** True for an error that means that the database is away for now. */
  isOutage(error: unknown): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What the scheduler counts. */
export interface SchedulerMetrics {
  /** Messages published, with how late each was. */
  fired(lagMs: readonly number[]): void;
  /** Runs that were not asked for, because one was outstanding. */
  coalesced(count: number): void;
  /** Timers put off, to make up for missed slots one after another. */
  spread(count: number): void;
}
