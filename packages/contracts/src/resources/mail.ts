import { z } from "zod";
import { Instant, MailboxId } from "../ids.ts";
import { EmailAddress } from "../mailbox/shown.ts";
import { MailAddress } from "./mail-address.ts";

/** What the header of an attached message says. */
const Original = z.object({
  messageId: z.string().nullable(),
  subject: z.string().nullable(),
  from: z.array(MailAddress),
  to: z.array(MailAddress),
  cc: z.array(MailAddress),
  date: z.number().int().nullable(),
});

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
  from: z.array(MailAddress).describe("in the order of the header, at most 50"),
  to: z.array(MailAddress).describe("at most 50"),
  cc: z.array(MailAddress).describe("at most 50"),
  recipients: z.number().int().describe("how many addresses To and Cc have in all"),
  date: z.number().int().nullable().describe("what the message says, milliseconds since 1970, negative before"),
  original: Original.optional().describe("the attached message that a forward mailbox was sent"),
  /** Why nothing can be read of the message. Its raw bytes are kept anyway. */
  unparsed: z.string().nullable(),
});
export type ReceivedMessage = z.infer<typeof ReceivedMessage>;

const text = z.string().max(900_000);

const attachmentHead = {
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
};

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
    .array(z.strictObject({ ...attachmentHead, contentBase64: z.base64() }))
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

/** Bytes that were handed to `outbound-send` in pieces before, each of `uploadPieceBytes` but for the last. */
export const Upload = z.strictObject({
  uploadId: z.string().regex(/^[a-z0-9]{8,40}$/),
  pieces: z.number().int().min(1).max(1000),
});
export type Upload = z.infer<typeof Upload>;

/** Bytes of one piece of an upload: with its request it fits into one message of the bus. */
export const uploadPieceBytes = 256 * 1024;

/** A message to be composed as services hand it on: what is large was uploaded. */
export const ComposedSubmission = ComposedContent.extend({
  attachments: z
    .array(
      z.union([
        z.strictObject({ ...attachmentHead, contentBase64: z.base64() }),
        z.strictObject({ ...attachmentHead, upload: Upload }),
      ]),
    )
    .max(100)
    .optional(),
});
export type ComposedSubmission = z.infer<typeof ComposedSubmission>;

/** A message as services hand it on: no bytes in JSON, but for small attachments of a message to be composed. */
export const SubmittedContent = z.union([
  /** Ready made, its bytes attached to the request or uploaded. */
  z.strictObject({ to: z.array(EmailAddress).min(1).max(500), raw: z.union([z.literal("attached"), Upload]) }),
  /** To be composed, its JSON uploaded. */
  z.strictObject({ json: Upload }),
  ComposedSubmission,
]);
export type SubmittedContent = z.infer<typeof SubmittedContent>;

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
