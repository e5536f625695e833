import { z } from "zod";
import { ErasureId, Instant, MailboxId } from "../ids.ts";
import { EmailAddress } from "../mailbox/shown.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { Removed } from "../traces/traces.ts";

/**
 * A mailbox that is erased for good. When it is done, this is all that is left of it: who asked, when, and how much there
 * was. Its address is not kept.
 */
export const erasure = noun("erasure", {
  owner: "config",
  id: ErasureId,
  framed: false,
  text: "mailboxes erased for good with all their mail; only who asked, when, and how much was removed is kept",
  path: "/erasures",
  fields: {
    mailboxId: field(MailboxId, "the mailbox", { column: "MAILBOX", label: true }),
    address: field(EmailAddress.optional(), "its address, to confirm the erasure; it is not shown again", {
      write: EmailAddress,
    }),
  },
  shown: {
    state: field(z.enum(["running", "done"]), "whether everything is removed", { column: "STATE" }),
    by: field(z.string(), "who asked for it", { column: "BY" }),
    createdAt: field(Instant, "when it was asked for", { column: "ASKED" }),
    doneAt: field(Instant.nullable(), "when everything was removed", { column: "DONE" }),
    rounds: field(
      z.number().int(),
      "how often all services have removed what they had; they do it twice, to catch what comes late",
    ),
    waitsFor: field(z.string().nullable(), "what could not be removed yet and is tried again"),
    removed: field(Removed, "how much was removed, by kind"),
  },
  sorts: ["createdAt"],
  standard: ["create", "get", "list"],
  texts: {
    create: "Erase a mailbox for good, with its mail, secrets and history, everywhere; it must not be enabled",
    get: "Read how far an erasure is, and how much was removed",
    list: "List erasures, newest first",
  },
});
export type Erasure = z.output<typeof erasure.View>;
