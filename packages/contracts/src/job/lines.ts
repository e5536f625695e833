import { z } from "zod";
import { MailboxId, ProfileId } from "../ids.ts";
import { mailbox } from "../mailbox/mailbox.ts";
import { Problem } from "../problem.ts";

/** Lines of a CSV that travel in one request: as many as fit even if each password is as long as it may be. */
export const linesAtOnce = 50;

const line = z.number().int().positive();

/** What is looked up before a line can be understood. */
export const placingLine = z.object({
  line,
  address: z.string().max(254),
  /** Name or id; absent: the default profile, or that of the mailbox which is there. */
  profile: z.string().max(200).optional(),
});

/** Which mailbox a line is for. `there`: how it is now; absent: it is a new one. */
export const placedLine = z.object({
  line,
  mailboxId: MailboxId,
  profileId: ProfileId.optional(),
  to: z.object({ inbound: z.string(), outbound: z.string() }).optional(),
  there: mailbox.View.pick({ kind: true, owner: true }).optional(),
  problem: Problem.optional(),
});
export type PlacedLine = z.output<typeof placedLine>;

/** A line as it is kept: what it makes or changes, or why it cannot. */
export const importLine = z.object({
  line,
  mailboxId: MailboxId,
  address: z.string().max(254).optional(),
  new: mailbox.New.optional(),
  change: mailbox.Change.optional(),
  credentials: mailbox.secrets.credentials.sealed.optional(),
  problem: Problem.optional(),
});
export type ImportLine = z.output<typeof importLine>;
