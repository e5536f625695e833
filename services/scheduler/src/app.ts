import { consumers, streams } from "@mailfleet/contracts";
import { startFireLoop } from "./fire-loop.ts";
import { keepTimers } from "./handlers/keep-timers.ts";
import { listTimers } from "./handlers/list-timers.ts";
import type { SchedulerPorts } from "./ports.ts";

/** Sets and clears written in one go. */
const maximumBatch = 500;

/** Wires the scheduler: keeps timers, fires them, lists them. `stop` finishes the batches under way. */
export async function startScheduler(ports: SchedulerPorts): Promise<{ stop(): Promise<void> }> {
  const { TIMERS, RUNS, MAILBOX, SENDS, DEAD } = streams;
  await ports.bus.declare([TIMERS, RUNS, MAILBOX, SENDS, DEAD], [consumers.schedulerTimers]);
  const loop = startFireLoop(ports);
  const keeping = await ports.bus.consumeBatches(consumers.schedulerTimers, {
    types: ["timer.set.v1", "timer.clear.v1"],
    maximumMessages: maximumBatch,
    isOutage: ports.isOutage,
    handle: async (messages) => {
      await keepTimers(ports, messages);
      loop.wake();
    },
  });
  await ports.bus.respond({ "scheduler.timer.list": (input) => listTimers(ports, input) });
  return {
    stop: async () => {
      await Promise.all([keeping.stop(), loop.stop()]);
    },
  };
}
