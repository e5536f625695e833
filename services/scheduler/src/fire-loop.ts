import { batchSize, fireDue } from "./fire-due.ts";
import type { SchedulerPorts } from "./ports.ts";

/** Sleeps at most so long: another replica may have set an earlier timer. */
const longestSleepMs = 1000;
/** After an error (something is away) until the next attempt. */
const errorPauseMs = 500;

/** How many batches ahead a replica looks at most when others are at the first one. */
const widestSkip = 4;

/** A loop that fires what is due and sleeps until the next. */
export interface FireLoop {
  /** A timer was set: look whether it is earlier than what is waited for. */
  wake(): void;
  /** Finishes the batch under way. */
  stop(): Promise<void>;
}

/** Starts the only place in Mailfleet where anything waits. */
export function startFireLoop(ports: SchedulerPorts): FireLoop {
  let stopped = false;
  /** A wake that comes while the loop works must not be lost. */
  let woken = false;
  let skip = 0;
  let wakeSleeper: () => void = () => {};

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
      if (woken || stopped) wakeSleeper();
    });

  const turn = async () => {
    woken = false;
    try {
      const { found, moved } = await fireDue(ports, skip);
      // Another replica is at the same timers: look further behind, so that the two do not do everything twice.
      const contended = found === batchSize && moved < found / 2;
      const skipped = skip > 0;
      skip = contended ? batchSize * Math.ceil(Math.random() * widestSkip) : 0;
      if (found > 0 || skipped) return;
      const next = await ports.timers.nextDue();
      const wait = next === null ? longestSleepMs : next - ports.now();
      await sleep(Math.max(0, Math.min(wait, longestSleepMs)));
    } catch (error) {
      ports.logger.warn({ reason: (error as Error).message }, "timers could not be fired, trying again");
      woken = false;
      await sleep(errorPauseMs);
    }
  };

  const running = (async () => {
    while (!stopped) await turn();
  })();

  return {
    wake: () => {
      woken = true;
      wakeSleeper();
    },
    stop: async () => {
      stopped = true;
      wakeSleeper();
      await running;
    },
  };
}
