import { z } from "zod";
import { DeadLetterId, Instant } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";

const DeadLetterState = z.enum(["waiting", "replayed", "discarded"]);

/** A bus message that was set aside. */
export const deadLetter = noun("dead-letter", {
  owner: "alerting",
  id: DeadLetterId,
  text: "messages between the services that were set aside",
  path: "/dead-letters",
  fields: {
    service: field(z.string(), "the service that could not handle it", { column: "SERVICE" }),
    consumer: field(z.string(), "its consumer"),
    reason: field(z.string(), "why it was set aside", { column: "REASON" }),
    subject: field(z.string(), "where it was published"),
    stream: field(z.string(), "the stream that held it"),
    sequence: field(z.number().int(), "its place in that stream"),
    deliveries: field(z.number().int(), "how often it was delivered"),
    type: field(z.string().nullable(), "its type, if it named one", { column: "TYPE", label: true }),
    mailboxId: field(z.string().nullable(), "the mailbox it is about"),
    preview: field(z.string(), "the body as text, cut; the whole is replayed"),
    at: field(Instant, "when it was set aside", { column: "AT" }),
    state: field(DeadLetterState, "whether somebody decided about it", { column: "STATE" }),
  },
  sorts: ["at"],
  filter: { state: DeadLetterState.optional() },
  standard: ["get", "list"],
  operations: {
    replay: operation({ role: "operator", text: "Publish it again where it came from", impact: "sends" }),
    discard: operation({ text: "Give it up", impact: "destroys" }),
  },
});
export const DeadLetter = deadLetter.View;
export type DeadLetter = z.output<typeof DeadLetter>;
