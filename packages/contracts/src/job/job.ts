import { z } from "zod";
import { Instant, JobId, MailboxId, ProfileId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { Problem } from "../problem.ts";

/** A command for many mailboxes with a result for each. */
export const job = noun("job", {
  owner: "config",
  id: JobId,
  framed: false,
  text: "commands for many mailboxes",
  path: "/jobs",
  fields: {
    verb: field(z.enum(["approve", "test", "test-and-enable", "disable", "sync-now"]), "the command for each mailbox", {
      column: "VERB",
      label: true,
    }),
    mailboxIds: field(z.array(MailboxId).min(1).max(1000).optional(), "the mailboxes; or name a profile"),
    profileId: field(ProfileId.optional(), "all mailboxes of this profile; or name mailboxes"),
  },
  shown: {
    state: field(z.enum(["running", "done"]), "whether each mailbox has its result", { column: "STATE" }),
    total: field(z.number().int(), "number of mailboxes", { column: "TOTAL" }),
    done: field(z.number().int(), "number of mailboxes that have accepted or refused the command", { column: "GIVEN" }),
    failed: field(z.number().int(), "number of mailboxes that refused the command", { column: "REFUSED" }),
    results: z.array(z.object({ mailboxId: MailboxId, ok: z.boolean(), problem: Problem.optional() })),
    createdAt: field(Instant, "when it was given", { column: "CREATED" }),
    by: field(z.string(), "who gave it", { column: "BY" }),
  },
  standard: ["create", "get", "list"],
  texts: {
    create: "Give a command to a list of mailboxes or to all of a profile, in the background",
    get: "Read a job with its results so far",
    list: "List jobs, newest first",
  },
});
export type Job = z.output<typeof job.View>;
export type NewJob = z.output<typeof job.New>;
