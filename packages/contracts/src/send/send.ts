import { z } from "zod";
import { Failure } from "../failure.ts";
import { Instant, MailboxId, SendId } from "../ids.ts";
import { criteria } from "../mail/criteria.ts";
import { FoundMail, MailId, MailTrail } from "../mail/found-mail.ts";
import { ShownFailure } from "../mailbox/shown.ts";
import { Undeliverable } from "../message/undeliverable.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { paged, pageFields } from "../noun/request-fields.ts";
import { SendState } from "../vocabulary.ts";
import { SubmittedContent } from "./content.ts";

const Attempt = z.object({
  n: z.number().int(),
  startedAt: Instant,
  endedAt: Instant.optional(),
  failure: Failure.optional(),
});

/** One outgoing message. */
export const send = noun("send", {
  owner: "outbound-send",
  id: SendId,
  framed: false,
  text: "outgoing messages",
  path: "/sends",
  fields: {
    mailboxId: field(MailboxId, "the mailbox it leaves from"),
    idempotencyKey: field(z.string(), "the idempotency key with which it was submitted"),
    state: field(SendState, "how far it is", { column: "STATE" }),
    messageId: field(z.string(), "its Message-ID, the same in each attempt"),
    from: field(z.string(), "as in the header"),
    to: field(z.array(z.string()), "all recipients", { column: "TO" }),
    subject: field(z.string(), "as in the header", { column: "SUBJECT", label: true }),
    size: field(z.number().int(), "in bytes"),
    acceptedAt: field(Instant, "when it was submitted"),
    changedAt: field(Instant, "when its state changed last", { column: "CHANGED" }),
    attempts: field(z.array(Attempt), "each try to hand it over", { column: "ATTEMPTS" }),
    nextAttemptAt: field(Instant.nullable(), "when it is tried next"),
    answer: field(z.string().nullable(), "what the server said when it took the message"),
    rejectedRecipients: field(
      z.array(z.object({ address: z.string(), reply: z.string() })),
      "recipients that the server refused",
    ),
    undelivered: field(
      z
        .array(
          z.object({
            ...Undeliverable.shape.recipients.element.shape,
            at: Instant.describe("when the report was received"),
            report: z.string().describe("the id of the report, a received message"),
          }),
        )
        .optional(),
      "recipients that it did not reach after the server took it, from reports that came back; absent: no report",
    ),
    answers: field(
      z
        .array(
          z.object({
            message: z.string().describe("the id of the answer, a received message"),
            from: z.string().nullable().describe("who wrote it, by its header"),
            at: Instant.describe("when it was received"),
          }),
        )
        .optional(),
      "answers to it that came back, at most 100; absent: none",
    ),
    lastError: field(ShownFailure.nullable(), "why the last attempt failed"),
  },
  filter: { mailboxId: MailboxId.optional(), state: SendState.optional() },
  sorts: ["acceptedAt"],
  flags: { mailboxId: "mailbox <mailbox>" },
  standard: ["get", "list"],
  texts: { get: "Read a send with its attempts", list: "List sends, newest first" },
  operations: {
    trail: operation({
      text: "Read what happened to a send",
      kind: "internal",
      input: { id: MailId },
      answer: MailTrail,
    }),
    search: operation({
      text: "Find sends, newest first",
      kind: "internal",
      input: { ...criteria, ...pageFields },
      answer: paged(FoundMail),
    }),
    /** The API takes its content in other forms (`RawContent`, `ComposedContent`, or the message itself as a stream). */
    submit: operation({
      text: "Accept a message",
      kind: "internal",
      input: {
        mailboxId: MailboxId,
        sendId: SendId,
        by: z.string().max(200),
        correlation: z.string().max(200).optional(),
        idempotencyKey: z.string().regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters"),
        content: SubmittedContent,
      },
    }),
    release: operation({
      role: "operator",
      text: "Send an uncertain message again with the same Message-ID, or try a failed or waiting one now",
      impact: "sends",
    }),
    discard: operation({ role: "operator", text: "Give up a message that is not sent yet", impact: "destroys" }),
  },
});
export const Send = send.View;
export type Send = z.output<typeof Send>;
