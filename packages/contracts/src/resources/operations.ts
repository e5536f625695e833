import { z } from "zod";
import { Instant, JobId, MailboxId, ProfileId } from "../ids.ts";
import { Problem } from "../problem.ts";

/** A command for many mailboxes with a result for each. */
export const NewJob = z
  .strictObject({
    verb: z.enum(["approve", "test", "test-and-enable", "disable", "sync-now"]),
    mailboxIds: z.array(MailboxId).min(1).max(1000).optional(),
    profileId: ProfileId.optional(),
  })
  .refine((job) => (job.mailboxIds === undefined) !== (job.profileId === undefined), {
    message: "must name either mailboxIds or profileId",
  });
export type NewJob = z.infer<typeof NewJob>;

export const Job = z.object({
  id: JobId,
  verb: z.string(),
  state: z.enum(["running", "done"]),
  total: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
  results: z.array(z.object({ mailboxId: MailboxId, ok: z.boolean(), problem: Problem.optional() })),
  createdAt: Instant,
  by: z.string(),
});
export type Job = z.infer<typeof Job>;
