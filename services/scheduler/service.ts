import { consumers, streams } from "@mailfleet/contracts";
import { defineService, listenInBatches } from "@mailfleet/kit";
import { checks } from "./checks.ts";
import { collections } from "./collections.ts";
import type { SchedulerPorts } from "./ports.ts";
import { createLane } from "./timer/fire-due.ts";
import { keepTimers } from "./timer/keep-timers.ts";
import { listTimers } from "./timer/list-timers.ts";
import { lanes, targets } from "./timer/targets.ts";

/** The only place where Mailfleet waits. Each stream that timers deliver to has a lane of its own. */
export const scheduler = defineService<SchedulerPorts>()({
  name: "scheduler",
  environment: {},
  collections: Object.values(collections),
  publishes: [...streams.MAILBOX.subjects, ...streams.RUNS.subjects, ...streams.SENDS.subjects],
  answers: { "scheduler.timer.list": listTimers },
  listens: [
    listenInBatches(consumers.schedulerTimers, {
      types: ["timer.set.v1", "timer.clear.v1"],
      concurrency: 500,
      batch: (ports: SchedulerPorts) => (messages) => keepTimers(ports, messages),
    }),
  ],
  ticks: Object.fromEntries(
    // Another replica may have set an earlier timer, so nobody sleeps longer; own sets kick.
    targets.map((target) => [lanes[target], { everyMs: 1000, round: (ports) => createLane(ports, target) }]),
  ),
  checks,
  erases: async ({ timers }, { mailboxId }) => ({ timers: await timers.removeAll(mailboxId) }),
});
