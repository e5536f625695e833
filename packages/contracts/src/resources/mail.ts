import { z } from "zod";
import { Failure } from "../failure.ts";
import { Instant, MailboxId, SendId } from "../ids.ts";
import { EmailAddress, ShownFailure } from "../mailbox/shown.ts";
import { SendState } from "../vocabulary.ts";

/** A received message as it is shown in lists: what its raw headers say. The raw bytes are read in pieces. */
export const ReceivedMessage = z.object({
  id: z.string().describe("<mailboxId>/<native id>"),
  mailboxId: MailboxId,
  receivedAt: Instant.describe("when the server took it in (IMAP INTERNALDATE)"),
  storedAt: Instant,
  size: z.number().int(),
  sha256: z.string(),
  messageId: z.string().nullable(),
  subject: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  date: Instant.nullable(),
  /** Set if the message could not be parsed. Its raw bytes are kept anyway. */
  unparsed: z.string().nullable(),
});
export type ReceivedMessage = z.infer<typeof ReceivedMessage>;

const text = z.string().max(900_000);

/** A message to be composed. Header lines cannot be smuggled in: line breaks are refused. */
export const ComposedContent = z.strictObject({
  from: z.string().max(500).optional().describe("defaults to the mailbox's address"),
  to: z.array(EmailAddress).min(1, "must name at least one recipient").max(500),
  cc: z.array(EmailAddress).max(500).optional(),
  bcc: z.array(EmailAddress).max(500).optional(),
  replyTo: EmailAddress.optional(),
  subject: z
    .string()
    .max(998)
    .regex(/^[^\r\n]*$/, "must be one line")
    .default(""),
  text: text.optional(),
  html: text.optional(),
  attachments: z
    .array(
      z.strictObject({
        filename: z
          .string()
          .min(1)
          .max(255)
          .regex(/^[^\r\n]*$/, "must be one line"),
        contentType: z
          .string()
          .max(255)
          .regex(/^[^\r\n]*$/, "must be one line")
          .optional(),
        contentBase64: z.base64(),
      }),
    )
    .max(100)
    .optional(),
});
export type ComposedContent = z.infer<typeof ComposedContent>;

/** A ready-made message, sent byte for byte except for headers that Mailfleet must add. */
export const RawContent = z.strictObject({
  to: z.array(EmailAddress).min(1).max(500),
  rawBase64: z.base64(),
});
export type RawContent = z.infer<typeof RawContent>;

/** One outgoing message as it is shown. */
export const Send = z.object({
  id: SendId,
  mailboxId: MailboxId,
  idempotencyKey: z.string(),
  state: SendState,
  messageId: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  size: z.number().int(),
  acceptedAt: Instant,
  changedAt: Instant,
  attempts: z.array(
    z.object({ n: z.number().int(), startedAt: Instant, endedAt: Instant.optional(), failure: Failure.optional() }),
  ),
  nextAttemptAt: Instant.nullable(),
  /** The server's own words when it took the message. */
  answer: z.string().nullable(),
  rejectedRecipients: z.array(z.object({ address: z.string(), reply: z.string() })),
  lastError: ShownFailure.nullable(),
});
export type Send = z.infer<typeof Send>;

/** Last run and last proof of life of one direction of a mailbox, kept by the worker that runs it. */
export const Activity = z.object({
  mailboxId: MailboxId,
  lastRunAt: Instant.nullable(),
  lastRunOutcome: z.enum(["ok", "failed"]).nullable(),
  lastProvedSuccessAt: Instant.nullable(),
  lastProbeReceivedAt: Instant.nullable().optional(),
  /** Messages received, or sent, so far. */
  messages: z.number().int(),
});
export type Activity = z.infer<typeof Activity>;
