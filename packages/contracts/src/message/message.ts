import { z } from "zod";
import { Instant, MailboxId, ProfileId } from "../ids.ts";
import { criteria } from "../mail/criteria.ts";
import { FoundMail, MailId, MailTrail } from "../mail/found-mail.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { paged, pageFields } from "../noun/request-fields.ts";
import { Comparison } from "./comparison.ts";
import { addressesText, MailAddress } from "./mail-address.ts";
import { Undeliverable, undeliverableText } from "./undeliverable.ts";

const since = Instant.describe("stored at or after this time");

/** What the header of an attached message says. */
const Original = z.object({
  messageId: z.string().nullable(),
  subject: z.string().nullable(),
  from: z.array(MailAddress),
  to: z.array(MailAddress),
  cc: z.array(MailAddress),
  date: z.number().int().nullable(),
});

/** A message that is not received yet, because its server does not give it or it could not be stored. */
const SetAside = z.object({
  name: z.string().describe("the server's name for it"),
  tries: z.number().int().describe("how often it was tried"),
  since: Instant.describe("when it was first refused"),
  nextAt: Instant.describe("when it is tried again, with the poll that follows"),
  words: z.string().describe("why it was refused the last time"),
});

/** A received message as it is shown in lists: what its raw headers say. */
export const message = noun("message", {
  owner: "inbound-sync",
  id: z.string().max(300).describe("<mailboxId>/<native id>"),
  parts: {
    mailboxId: MailboxId,
    nativeId: z.string().min(1).max(250).describe("the part of the message's id after the slash"),
  },
  framed: false,
  text: "received mail",
  path: "/messages",
  places: { list: "/mailboxes/:mailbox/messages", get: "/messages/:mailboxId/:nativeId" },
  fields: {
    mailboxId: field(MailboxId, "the mailbox that received it"),
    receivedAt: field(Instant, "when the server took it in (IMAP INTERNALDATE)", { column: "RECEIVED" }),
    storedAt: field(Instant, "when Mailfleet stored it"),
    size: field(z.number().int(), "in bytes", { column: "SIZE" }),
    sha256: field(z.string(), "of its bytes"),
    messageId: field(z.string().nullable(), "its Message-ID"),
    from: field(z.array(MailAddress), "in the order of the header, at most 50", {
      column: "FROM",
      cell: addressesText,
    }),
    to: field(z.array(MailAddress), "at most 50"),
    cc: field(z.array(MailAddress), "at most 50"),
    recipients: field(z.number().int(), "how many addresses To and Cc have in all"),
    subject: field(z.string().nullable(), "as in the header", { column: "SUBJECT" }),
    date: field(z.number().int().nullable(), "what the message says, milliseconds since 1970, negative before"),
    original: field(Original.optional(), "the attached message that a forward mailbox was sent"),
    undeliverable: field(
      Undeliverable.optional(),
      "in a report about undeliverable mail: which message did not reach whom, and why; absent in other messages",
      { column: "UNDELIVERABLE", cell: undeliverableText },
    ),
    automatic: field(
      z.string().optional(),
      "the header field that says that it was sent automatically, so do not answer it automatically; absent: none does",
    ),
    answersTo: field(
      z.array(z.string()).optional(),
      "Message-IDs of what it answers, the nearest first, at most 10 (In-Reply-To, References); absent: it answers nothing",
    ),
    unparsed: field(z.string().nullable(), "why the header cannot be read; the raw bytes are kept anyway", {
      column: "NOTE",
      cell: (reason: string | null) => (reason === null ? "" : "not parsed"),
    }),
  },
  filter: { mailboxId: MailboxId, since: since.optional() },
  sorts: ["storedAt"],
  flags: { mailboxId: "mailbox <mailbox>", profileId: "profile <profile>" },
  standard: ["get", "list"],
  texts: { list: "List the messages of a mailbox, newest first", get: "Read what the headers of a message say" },
  operations: {
    trail: operation({
      text: "Read what happened to a received message, or to one that is set aside",
      kind: "internal",
      input: { id: MailId },
      answer: MailTrail,
    }),
    search: operation({
      text: "Find received messages, and those set aside in the mailbox that you name, newest first",
      kind: "internal",
      input: { ...criteria, ...pageFields },
      answer: paged(FoundMail),
    }),
    raw: operation({
      text: "Read the message byte for byte as it was received",
      kind: "read",
      at: "/messages/:mailboxId/:nativeId/raw",
      content: "message/rfc822",
      input: { offset: z.number().int().nonnegative(), length: z.number().int().min(1).max(524_288) },
      answer: z.object({ dataBase64: z.string(), total: z.number().int() }),
    }),
    body: operation({
      text: "Read text, HTML and attachments' names, parsed within limits",
      kind: "read",
      at: "/messages/:mailboxId/:nativeId/body",
      answer: z.object({
        text: z.string().nullable(),
        html: z.string().nullable(),
        attachments: z.array(
          z.object({ filename: z.string().nullable(), contentType: z.string(), size: z.number().int() }),
        ),
        unparsed: z.string().nullable(),
      }),
    }),
    "set-aside": operation({
      text: "List the messages that the server did not hand over, or that could not be stored, and when each is tried again",
      kind: "read",
      collection: true,
      at: "/mailboxes/:mailbox/messages/set-aside",
      input: { mailboxId: MailboxId },
      answer: z.object({ items: z.array(SetAside) }),
    }),
    "fetch-again": operation({
      role: "operator",
      text: "Try the messages that are set aside now, without waiting for the next attempt",
      collection: true,
      at: "/mailboxes/:mailbox/messages/fetch-again",
      input: { mailboxId: MailboxId },
      answer: z.object({ tried: z.number().int().describe("how many messages") }),
    }),
    balance: operation({
      text: "Read how the whole folder compared with what was received, at the last audit",
      kind: "read",
      collection: true,
      at: "/mailboxes/:mailbox/messages/balance",
      input: { mailboxId: MailboxId },
      answer: z.object({
        at: Instant.nullable().describe("when it was audited; null: not yet"),
        says: z.number().int().nullable().describe("how many messages the server says there are"),
        lists: z.number().int().nullable().describe("how many it lists"),
        missing: z.number().int().nullable().describe("how many of them had never been accounted for"),
        fetched: z.number().int().nullable().describe("how many of these were received then"),
      }),
    }),
    audit: operation({
      role: "operator",
      text: "Audit the mailbox now: compare the whole folder with what was received, and receive what is missing",
      collection: true,
      at: "/mailboxes/:mailbox/messages/audit",
      input: { mailboxId: MailboxId },
      answer: z.object({ asked: z.boolean().describe("false: the mailbox was never read") }),
    }),
    compare: operation({
      role: "operator",
      text: "Read the inbox through another profile, or from another date on, and count which messages were handed over before, which would be new and which are too old; receives nothing",
      collection: true,
      at: "/mailboxes/:mailbox/messages/compare",
      input: {
        mailboxId: MailboxId,
        profileId: ProfileId.describe("the profile to try, by its id"),
        processFrom: Instant.optional().describe(
          "as if mail were received from then on; as it is configured if absent",
        ),
      },
      status: 202,
      impact: "none",
      answer: z.object({ begun: z.boolean().describe("false: an earlier comparison is still under way") }),
    }),
    comparison: operation({
      text: "Read how far the last comparison is, and what it found",
      kind: "read",
      collection: true,
      at: "/mailboxes/:mailbox/messages/comparison",
      input: { mailboxId: MailboxId },
      answer: Comparison,
    }),
    republish: operation({
      role: "operator",
      text: "Publish `mail.received` again for stored messages, for a consumer that has lost its data",
      collection: true,
      input: { since, mailboxId: MailboxId.optional().describe("only this one") },
      answer: z.object({ published: z.number().int() }),
      impact: "sends",
      timeoutMs: 30_000,
    }),
  },
});
export const ReceivedMessage = message.View;
export type ReceivedMessage = z.output<typeof ReceivedMessage>;
