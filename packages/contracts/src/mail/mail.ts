import { z } from "zod";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { criteria } from "./criteria.ts";
import { FoundMail, MailEvent, MailId } from "./found-mail.ts";

const { shape } = FoundMail;

/** What became of a message, whichever way it went. The console asks inbound-sync and outbound-send. */
export const mail = noun("mail", {
  owner: "console",
  id: MailId,
  framed: false,
  text: "what became of a message, received or sent",
  path: "/mail",
  fields: {
    at: field(shape.at, "when Mailfleet stored or accepted it", { column: "AT" }),
    state: field(
      shape.state,
      "`received`, `setAside` (the server does not give it), `undeliverable` (sent, and a report came back), or the state of the send",
      {
        column: "STATE",
      },
    ),
    mailboxId: field(shape.mailboxId, "the mailbox that received it or that it leaves from"),
    messageId: field(shape.messageId, "its Message-ID"),
    from: field(shape.from, "as in the header", { column: "FROM" }),
    to: field(shape.to, "at most 20 addresses", { column: "TO" }),
    subject: field(shape.subject, "as in the header", { column: "SUBJECT" }),
    why: field(shape.why, "what the server said of it last, or why it is not sent or not received", { column: "WHY" }),
    automatic: field(shape.automatic, "the header field that says that it was sent automatically; absent: none does"),
  },
  shown: {
    events: z.array(MailEvent).optional().describe("what happened to it, in order; only where it is read by itself"),
  },
  filter: criteria,
  flags: { mailboxId: "mailbox <mailbox>" },
  owners: { get: true, list: true },
  standard: ["get", "list"],
  texts: {
    get: "Read what happened to a message: accepted, tried, sent; received, stored, announced",
    list: "Find mail by Message-ID, sender, recipient or subject, newest first",
  },
});
