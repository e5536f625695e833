import { z } from "zod";
import { Failure } from "../failure.ts";
import { Instant, MailboxId } from "../ids.ts";
import { TestStep } from "../mailbox/shown.ts";
import { Direction, Purpose } from "../vocabulary.ts";

/** On RUNS: run this direction of this mailbox. */
export const RunRequested = z.object({
  mailboxId: MailboxId,
  direction: Direction,
  purpose: Purpose,
  generation: z.number().int(),
});
export type RunRequested = z.infer<typeof RunRequested>;

/** On MAILBOX: a run succeeded. A sync of a running direction reports nothing: a healthy mailbox is quiet. */
export const RunSucceeded = RunRequested.extend({ at: Instant, steps: z.array(TestStep).max(50).optional() });
export type RunSucceeded = z.infer<typeof RunSucceeded>;

/** On MAILBOX: a run failed, for the whole mailbox; never for the content of one message. */
export const RunFailed = RunRequested.extend({
  at: Instant,
  failure: Failure,
  steps: z.array(TestStep).max(50).optional(),
});
export type RunFailed = z.infer<typeof RunFailed>;

/** On MAILBOX: a timer that the machine must see came due. */
export const TimerFired = z.object({
  mailboxId: MailboxId,
  direction: Direction,
  generation: z.number().int(),
  at: Instant.optional().describe("when it was due; the scheduler adds it"),
});
export type TimerFired = z.infer<typeof TimerFired>;

/** On FACTS: a step of a test, as it is done. */
export const RunStep = RunRequested.extend({ at: Instant, index: z.number().int(), step: TestStep });
export type RunStep = z.infer<typeof RunStep>;

/** On FACTS: a test run ended. */
export const RunFinished = RunRequested.extend({
  at: Instant,
  outcome: z.enum(["ok", "failed"]),
  failure: Failure.optional(),
});
export type RunFinished = z.infer<typeof RunFinished>;
