import { z } from "zod";
import { Instant, JobId, MailboxId, ProfileId, TokenId } from "../ids.ts";
import { Problem } from "../problem.ts";
import { Role } from "../roles.ts";

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

/** Owners may choose profile and methods of their own mailboxes, sign in, and test and enable. Nothing else. */
export const NewToken = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    role: Role,
    mailboxIds: z.array(MailboxId).min(1).max(100).optional().describe("only for owners, and needed there"),
    expiresAt: Instant.optional(),
  })
  .refine((token) => (token.role === "owner") === (token.mailboxIds !== undefined), {
    path: ["mailboxIds"],
    error: "must be given for the role owner, and for no other",
  });
export type NewToken = z.infer<typeof NewToken>;
/** A bearer token; the secret itself is shown once, when it is made. */
export const Token = z.object({
  id: TokenId,
  name: z.string(),
  role: Role,
  mailboxIds: z.array(MailboxId).optional(),
  expiresAt: Instant.optional(),
  createdAt: Instant,
  lastUsedAt: Instant.nullable(),
});
export type Token = z.infer<typeof Token>;
