import { z } from "zod";
import { Instant } from "../ids.ts";

/** Where and what a timer delivers when it fires. `id` is made by the scheduler: `<owner>/<name>:<seq>:<due>`. */
export const TimerDelivery = z.object({
  subject: z.string().min(1).max(300),
  type: z.string().min(1).max(100),
  mailboxId: z.string().max(64).optional(),
  generation: z.number().int().optional(),
  correlation: z.string().max(200).optional(),
  body: z.record(z.string(), z.unknown()),
});
export type TimerDelivery = z.infer<typeof TimerDelivery>;

const key = {
  /** A mailbox's or a send's id. */
  owner: z.string().regex(/^[a-z]{2}_[a-z0-9]{4,40}$/),
  /** Unique for its owner, e.g. a direction. */
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** Set and clear of one timer are ordered by this number; a lower or equal one changes nothing. */
  seq: z.number().int().nonnegative(),
};

/** On TIMERS: wake me at `due`, and then every `everyMs` if given. */
export const TimerSet = z.object({
  ...key,
  due: Instant,
  everyMs: z.number().int().min(50).optional(),
  deliver: TimerDelivery,
});
export type TimerSet = z.infer<typeof TimerSet>;

/** On TIMERS: clears the timer. Leaves a tombstone for a day, so that a late set cannot revive it. */
export const TimerClear = z.object(key);
export type TimerClear = z.infer<typeof TimerClear>;
