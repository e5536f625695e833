import { z } from "zod";
import { EmailAddress } from "../mailbox/shown.ts";
import { Upload } from "../upload/upload.ts";

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

const oneLine = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\r\n]*$/, "must be one line");

/**
 * Whom a message to be composed goes to: an address, or an address with a name and a group. A name is only a name,
 * whatever it holds: commas, quotes, something that looks like another address.
 */
export const Recipient = z.union(
  [
    EmailAddress,
    z.strictObject({
      name: oneLine(200).nullable().optional().describe("as people read it; it is encoded"),
      address: EmailAddress,
      group: oneLine(200).min(1).optional().describe("those of one group stand together (RFC 5322 §3.4)"),
    }),
  ],
  { error: "must be an e-mail address, or an object with name and address" },
);
export type Recipient = z.infer<typeof Recipient>;

/** A message to be composed. Header lines cannot be smuggled in: line breaks are refused. */
export const ComposedContent = z.strictObject({
  from: z.string().max(500).optional().describe("defaults to the mailbox's address"),
  to: z.array(Recipient).min(1, "must name at least one recipient").max(500),
  cc: z.array(Recipient).max(500).optional(),
  bcc: z.array(Recipient).max(500).optional(),
  replyTo: Recipient.optional(),
  subject: z
    .string()
    .max(998)
    .regex(/^[^\r\n]*$/, "must be one line")
    .default(""),
  inReplyTo: z
    .string()
    .regex(/^<[^<>\s]{1,500}>$/, "must be a Message-ID in angle brackets")
    .optional()
    .describe("the Message-ID of the message that it answers"),
  automatic: z
    .literal(true)
    .optional()
    .describe("a program answers, no person: it is marked as such, and not sent if it would make a loop (RFC 3834)"),
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
