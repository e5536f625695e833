import { z } from "zod";
import { Failure } from "../failure.ts";
import { Instant, MailboxId, SendId } from "../ids.ts";
import { MailAddress } from "../message/mail-address.ts";
import { Undeliverable } from "../message/undeliverable.ts";

/** Where the raw bytes of a message are, with size and SHA-256. Bodies do not travel on the bus. */
export const MailReceived = z.object({
  mailboxId: MailboxId,
  /** Key for consumers: the same message always has the same. `<mailboxId>/<native id>`. */
  messageKey: z.string(),
  nativeId: z.string(),
  receivedAt: Instant,
  storedAt: Instant,
  size: z.number().int(),
  sha256: z.string(),
  messageId: z.string().nullable(),
  subject: z.string().nullable(),
  /** Name and address apart. */
  from: z.array(MailAddress),
  unparsed: z.string().nullable(),
  /** It is a mail server's report that a message could not be delivered. */
  undeliverable: Undeliverable.optional(),
  /** The header field that says that it was sent automatically: who answers it automatically makes a loop (RFC 3834). */
  automatic: z.string().optional(),
  /** Message-IDs of what it answers, the nearest first. */
  answersTo: z.array(z.string()).optional(),
});
export type MailReceived = z.infer<typeof MailReceived>;

/** Our own test message came back: evidence for inbound, never mail. */
export const ProbeReceived = z.object({
  mailboxId: MailboxId,
  generation: z.number().int().nullable(),
  at: Instant,
  tookMs: z.number().nullable(),
});
export type ProbeReceived = z.infer<typeof ProbeReceived>;

/** A mail server reports that a message could not be delivered. The report itself is a received message, told as such. */
export const ReportReceived = z.object({
  mailboxId: MailboxId,
  /** Of the report. */
  messageKey: z.string(),
  at: Instant,
  undeliverable: Undeliverable,
});

/** A message that a person wrote answers others. It is a received message, told as such. */
export const AnswerReceived = z.object({
  mailboxId: MailboxId,
  /** Of the answer. */
  messageKey: z.string(),
  at: Instant,
  /** Message-IDs, the nearest first. */
  answersTo: z.array(z.string()),
  /** Who wrote it, by the header. */
  from: z.string().nullable(),
});

const send = { mailboxId: MailboxId, sendId: SendId, messageId: z.string(), idempotencyKey: z.string(), at: Instant };

export const MailSent = z.object({
  ...send,
  attempt: z.number().int(),
  answer: z.string(),
  rejected: z.array(z.string()),
});
export type MailSent = z.infer<typeof MailSent>;

/** For deferred, waiting, uncertain, failed and expired: the same shape, the type says which. */
export const MailNotSent = z.object({
  ...send,
  attempt: z.number().int(),
  failure: Failure.optional(),
  nextAttemptAt: Instant.nullable(),
});
export type MailNotSent = z.infer<typeof MailNotSent>;

/** Somebody has answered a send. */
export const MailAnswered = z.object({
  ...send,
  /** `messageKey` of the answer. */
  answer: z.string(),
  /** Who wrote it, by its header, which anybody can write. */
  from: z.string().nullable(),
});

/** A report has come back about a send that the server had taken: these recipients were not reached. */
export const MailUndeliverable = z.object({
  ...send,
  recipients: Undeliverable.shape.recipients,
  /** The report's `messageKey`. */
  report: z.string(),
});

/** On SENDS: something is due for this mailbox. The store of `outbound-send` says what. */
export const SendsDue = z.object({ mailboxId: MailboxId });
export type SendsDue = z.infer<typeof SendsDue>;
