import { z } from "zod";
import { Instant, MailboxId } from "../ids.ts";
import { sendStates } from "../vocabulary.ts";

/**
 * Of what was received, and what is not received yet because it is set aside; the others are those of sends, but that one
 * which is sent is `undeliverable` when a report about it has come back.
 */
const mailStates = ["received", "setAside", ...sendStates, "undeliverable"] as const;
const MailState = z.enum(mailStates);

/** A send's, or `<mailboxId>/<native id>` of what was received. */
export const MailId = z
  .string()
  .max(300)
  .regex(/^(?:sn_[a-z0-9]{4,40}|mb_[a-z0-9]{4,40}\/.+)$/s, "must be the id of a send or of a received message");

/** A received message or a send, as it is found: no more of it than lists show. */
export const FoundMail = z.object({
  id: MailId,
  state: MailState,
  at: Instant,
  mailboxId: MailboxId,
  messageId: z.string().nullable(),
  from: z.string().nullable(),
  to: z.array(z.string()),
  subject: z.string().nullable(),
  why: z.string().nullable(),
  automatic: z.string().optional(),
});
export type FoundMail = z.infer<typeof FoundMail>;

/** Recipients that are shown of one that is found: it may have hundreds. */
export const shownRecipients = 20;

/** What can have happened to a message, in the order in which it can. */
const mailEvents = [
  "arrived",
  "setAside",
  "stored",
  "announced",
  "toBeAnnounced",
  "toBeMoved",
  ...sendStates,
  "attempt",
  "refused",
  "rejectedRecipient",
  "copyDue",
  "copyFiled",
  "undeliverable",
  "about",
  "answered",
  "answerTo",
] as const;

/** `at`: null where it is not known. `words`: the server's, or more about it. */
export const MailEvent = z.object({
  at: Instant.nullable(),
  what: z.enum(mailEvents),
  words: z.string().nullable(),
});
export type MailEvent = z.infer<typeof MailEvent>;

/** The same with all that happened, in order. */
export const MailTrail = FoundMail.extend({ events: z.array(MailEvent) });
export type MailTrail = z.infer<typeof MailTrail>;
