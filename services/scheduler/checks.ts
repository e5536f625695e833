import { type Check, failing, fine, spanOf, warning } from "@mailfleet/kit";
import type { SchedulerPorts } from "./ports.ts";
import { targets } from "./timer/targets.ts";

const todo =
  "See the log of scheduler, and whether the stream that is named takes messages (`mailfleet topology check`).";

/** What the scheduler looks at when it is asked how it is. */
export const checks: Readonly<Record<string, Check<SchedulerPorts>>> = {
  timers: {
    runbook: "MailfleetTimersLate",
    look: async ({ timers, now }) => {
      const dues = await Promise.all(targets.map((target) => timers.nextDue(target)));
      const first = Math.min(...dues.map((due) => due ?? Number.POSITIVE_INFINITY));
      if (first === Number.POSITIVE_INFINITY) return fine("No timer waits.");
      const lateMs = now() - first;
      if (lateMs < 30_000) return fine("No timer is late.");
      const text = `The timer that is due for longest is ${spanOf(lateMs)} late.`;
      return lateMs > 300_000 ? failing(text, todo) : warning(text, todo);
    },
  },
};
