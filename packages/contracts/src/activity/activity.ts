import { z } from "zod";
import { Instant, MailboxId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";

const kept = <Owner extends "inbound-sync" | "outbound-send">(owner: Owner) =>
  noun("activity", {
    owner,
    id: MailboxId,
    single: true,
    framed: false,
    text: "last run and last proved success of one direction of a mailbox",
    fields: {
      mailboxId: field(MailboxId, ""),
      lastRunAt: field(Instant.nullable(), "when it ran last"),
      lastRunOutcome: field(z.enum(["ok", "failed"]).nullable(), "how that ended"),
      lastProvedSuccessAt: field(Instant.nullable(), "when it was last seen to work"),
      lastProbeReceivedAt: field(Instant.nullable().optional(), "when a message of our own test came in last"),
      watch: field(
        z.enum(["idle", "noop", "polling", "stalled"]).nullable().optional(),
        "how new mail is noticed: the server says so (idle), is asked on a kept connection (noop), or only the polls find it; stalled: it did not say what a poll then found",
      ),
      watchSince: field(Instant.nullable().optional(), "since when that is so"),
      watchWhy: field(z.string().max(2000).nullable().optional(), "why only the polls find it, in words"),
      messages: field(z.number().int(), "received, or sent, so far"),
      skipped: field(
        z.number().int().optional(),
        "messages that were left out because they are older than mail is received from",
      ),
    },
    standard: [],
    operations: {
      get: operation({ text: "Read what is known", kind: "internal", input: { mailboxId: MailboxId } }),
    },
  });

/** What each worker knows about its direction of a mailbox. */
export const inboundActivity = kept("inbound-sync");
export const outboundActivity = kept("outbound-send");
export const Activity = inboundActivity.View;
export type Activity = z.output<typeof Activity>;
