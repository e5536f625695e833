import { z } from "zod";
import { AlertObject } from "../alert/object.ts";
import { Evidence, Failure } from "../failure.ts";
import { Instant, MailboxId, ProfileId } from "../ids.ts";
import { TestStep } from "../mailbox/shown.ts";
import { Direction, DirectionState, LifecycleWord, perDirection, Verdict } from "../vocabulary.ts";

const about = { mailboxId: MailboxId, v: z.number().int(), at: Instant };

/** A direction in a few words, for those who follow mailboxes. */
export const DirectionSummary = z.object({
  state: DirectionState,
  generation: z.number().int(),
  attempt: z.number().int(),
  verdict: Verdict,
  /** Present while running or retrying: how often it should run. */
  everyMs: z.number().int().optional(),
  code: Failure.shape.code.optional(),
});
export type DirectionSummary = z.infer<typeof DirectionSummary>;

export const MailboxCreated = z.object({ ...about, address: z.string(), profileId: ProfileId, by: z.string() });
export type MailboxCreated = z.infer<typeof MailboxCreated>;

/** Configuration changed; `fields` are JSON pointers. */
export const MailboxChanged = z.object({ ...about, fields: z.array(z.string()), by: z.string() });
export type MailboxChanged = z.infer<typeof MailboxChanged>;

/** Every accepted step that moved the machine. */
export const MailboxTransitioned = z.object({
  ...about,
  address: z.string(),
  profileId: ProfileId,
  event: z.string(),
  lifecycle: z.object({ from: LifecycleWord, to: LifecycleWord }),
  directions: z.object(perDirection(() => DirectionSummary)),
  cause: z.string().optional(),
  by: z.string().optional(),
});
export type MailboxTransitioned = z.infer<typeof MailboxTransitioned>;

/** A test ended and the machine took its result. */
export const MailboxTested = z.object({
  ...about,
  direction: Direction,
  generation: z.number().int(),
  outcome: z.enum(["ok", "failed"]),
  steps: z.array(TestStep),
});
export type MailboxTested = z.infer<typeof MailboxTested>;

export const MailboxDeleted = z.object({ ...about, by: z.string().optional() });
export type MailboxDeleted = z.infer<typeof MailboxDeleted>;

/** Something must be said to people. `alerting` keeps one alert per object and code. */
export const AlertRaised = z.object({
  at: Instant,
  object: AlertObject,
  code: z.string().max(60).describe("one of the alert codes"),
  /** Names what the text cannot know, e.g. the direction or the changed field. */
  detail: z.string().max(1000).optional(),
  evidence: Evidence.optional(),
});
export type AlertRaised = z.infer<typeof AlertRaised>;

/** It is over. Without codes: every alert about this object (and this direction of it, if it names one) is over. */
export const AlertCleared = z.object({
  at: Instant,
  object: AlertObject,
  codes: z.array(z.string()).optional(),
});
export type AlertCleared = z.infer<typeof AlertCleared>;
