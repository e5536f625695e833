import { z } from "zod";
import { Instant, MailboxId, ProfileId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { mailboxCredentials } from "../noun/secret-field.ts";
import { Part } from "../roles.ts";
import { Direction, LifecycleWord, MailboxKind, perDirection } from "../vocabulary.ts";
import { DeliveryMethods, DirectionStatus, EmailAddress, HistoryEntry, NewDeliveryMethods, Owner } from "./shown.ts";

const someDirections = {
  directions: z.array(Direction).min(1).optional().describe("all configured ones if absent"),
};

const inWord = ({ configured, state }: DirectionStatus) => (configured ? state : "none");
/** The third only where it is used: most mailboxes have none. */
const allWays = ({ inbound, outbound, act }: Readonly<Record<Direction, DirectionStatus>>) =>
  [inbound, outbound, ...(act.configured ? [act] : [])].map(inWord).join(" / ");

/** A mailbox: what people configure, and what its machine knows. */
export const mailbox = noun("mailbox", {
  owner: "config",
  id: MailboxId,
  text: "mailboxes, their tests and their work",
  path: "/mailboxes",
  fields: {
    address: field(EmailAddress, "unique among mailboxes; changing it requires a new approval", {
      column: "ADDRESS",
      label: true,
    }),
    name: field(z.string().trim().min(1).max(200).optional(), "for people"),
    kind: field(MailboxKind.default("user"), "user: a person's; queue: shared; forward: others forward to it", {
      set: "create",
      column: "KIND",
    }),
    owner: field(Owner.optional(), "who owns it; changing it requires a new approval", {
      flags: { email: "owner <address>", name: "owner-name <text>" },
      whole: { by: "email" },
    }),
    profileId: field(ProfileId, "the servers it uses; the default profile if absent", {
      write: ProfileId.optional(),
      flag: "profile <profile>",
    }),
    deliveryMethods: field(DeliveryMethods, "how each direction is served; the organisation's defaults if absent", {
      write: NewDeliveryMethods.optional(),
      flags: { inbound: "inbound", outbound: "outbound", act: "act" },
      whole: {},
    }),
    processFrom: field(
      Instant.optional(),
      "only mail that arrives after this is received; the later of profile and mailbox counts",
      {
        flag: "process-from <date>",
      },
    ),
    allowToUseCredentials: field(
      z.boolean().default(true),
      "whether the credentials stored with the mailbox may be used to sign in (Dynamics 365: allowemailconnectortousecredentials)",
    ),
    deleteAfterProcessing: field(
      z.boolean().default(false),
      "delete on the server what was received: only POP3, and not for users' mailboxes (Dynamics 365: processanddeleteemails)",
    ),
  },
  secrets: {
    credentials: mailboxCredentials("user name and password of the mailbox"),
  },
  shown: {
    /** Raised by each change of address or owner: what the former owner was given carries the former number. */
    ownership: z.number().int(),
    active: z.boolean(),
    wanted: z.boolean().nullable(),
    lifecycle: field(LifecycleWord, "in one word, how it is", { column: "STATE" }),
    approval: z.object({
      state: z.enum(["pendingApproval", "approved", "rejected"]),
      at: Instant.optional(),
      by: z.string().optional(),
      reason: z.string().optional(),
    }),
    directions: field(z.object(perDirection(() => DirectionStatus)), "what is known about each direction", {
      column: "IN / OUT / ACT",
      cell: allWays,
    }),
  },
  sorts: ["address", "createdAt", "changedAt"],
  filter: {
    lifecycle: z
      .union([LifecycleWord, z.enum(["enabled", "disabled"])], {
        error: "must be a lifecycle word, enabled or disabled",
      })
      .optional()
      .describe("a lifecycle word; `enabled` and `disabled` stand for all of their kind"),
    profileId: ProfileId.optional(),
    kind: MailboxKind.optional(),
    active: z.boolean().optional().describe("yes: those that are active; no: those that are deactivated"),
    search: z.string().max(200).optional().describe("part of the address or name"),
    ids: z.array(MailboxId).max(100).optional().describe("between services: only these"),
    within: Part.optional().describe("between services: only of this part of the fleet"),
  },
  flags: { lifecycle: "status <word>", directions: "direction <inbound|outbound|act>" },
  dryRuns: true,
  standard: ["create", "get", "list", "update", "delete", "destinations"],
  problems: {
    create: ["PROFILE_FULL", "MAILBOX_NOT_ADDRESSED"],
    update: ["PROFILE_FULL", "MAILBOX_NOT_ADDRESSED", "SECRET_NEEDED_AGAIN"],
  },
  texts: {
    create: "Create a mailbox, with its credentials if they are known",
    list: "List mailboxes; an owner sees their own",
    get: "Read a mailbox with its last and next runs, its user's consent and the link to sign in",
    update: "Change a mailbox; what you do not name stays. Owners may change profile and delivery methods",
    delete: "Delete a mailbox; the server's mail is not touched",
  },
  owners: { get: true, list: true, update: ["profileId", "deliveryMethods"], credentials: true },
  operations: {
    find: operation({
      text: "Read the mailbox with this address, in upper or lower case",
      kind: "internal",
      input: { address: z.string().max(254) },
    }),
    approve: operation({
      role: "approver",
      text: "Approve the mailbox with the address that the approver saw",
      input: { address: EmailAddress.describe("the address as the approver saw it") },
      problems: ["ADDRESS_NOT_AS_SEEN"],
    }),
    "send-code": operation({
      text: "Send a code to the mailbox's own address, with which its owner approves it; good for 15 minutes",
      owner: true,
      impact: "sends",
      status: 202,
      answer: z.object({
        sentTo: EmailAddress,
        endsAt: Instant.describe("when it is too late to use it"),
      }),
      problems: ["NOT_POSSIBLE_NOW", "TOO_MANY"],
      tried: false,
      // Longer than `alerting` needs to hand a mail over.
      timeoutMs: 60_000,
    }),
    "approve-by-code": operation({
      text: "Approve the mailbox with the code that was sent to its address: it proves that the mailbox is the owner's",
      owner: true,
      input: {
        code: z
          .string()
          .trim()
          .regex(/^[A-Za-z0-9]{5}-?[A-Za-z0-9]{5}$/, "must be a code as in the mail: ABCDE-23456")
          .describe("as it stands in the mail"),
      },
      problems: ["CODE_NOT_GOOD", "NOT_POSSIBLE_NOW"],
      tried: false,
    }),
    reject: operation({
      role: "approver",
      text: "Reject the mailbox with a reason",
      input: { reason: z.string().trim().min(1, "must say why").max(1000) },
    }),
    resubmit: operation({ role: "operator", text: "Ask again for approval after a rejection" }),
    test: operation({
      role: "operator",
      text: "Test the mailbox; this does not enable one that was not enabled before",
      owner: true,
      impact: "sends",
      status: 202,
      input: someDirections,
    }),
    "test-and-enable": operation({
      role: "operator",
      text: "Test the mailbox and enable what passes",
      owner: true,
      impact: "sends",
      status: 202,
      input: {
        ...someDirections,
        takeOver: z
          .boolean()
          .optional()
          .describe(
            "synchronise appointments, contacts and tasks only from this organisation, even if the mailbox has another organisation's mark; not for owners",
          ),
      },
    }),
    "apply-defaults": operation({
      text: "Give the mailbox the organisation's default profile and delivery methods, then test and enable it",
      impact: "sends",
      status: 202,
      input: { test: z.boolean().default(true).describe("test and enable it afterwards") },
      problems: ["PROFILE_FULL"],
    }),
    disable: operation({
      role: "operator",
      text: "Stop the mailbox; it stays as it is until it is tested and enabled again",
      owner: true,
    }),
    activate: operation({ text: "Make the mailbox active again" }),
    deactivate: operation({ text: "Make the mailbox inactive" }),
    "sync-now": operation({
      role: "operator",
      text: "Run the enabled directions at once",
      status: 202,
      input: someDirections,
    }),
    counts: operation({
      text: "Count the mailboxes by their life-cycle word",
      kind: "read",
      collection: true,
      input: { within: Part.optional().describe("between services: only of this part of the fleet") },
      answer: z.object({
        total: z.number().int(),
        lifecycle: z.partialRecord(LifecycleWord, z.number().int()).describe("only words that some mailbox has"),
      }),
    }),
    history: operation({
      text: "The last transitions, newest first",
      kind: "read",
      owner: true,
      answer: z.object({ items: z.array(HistoryEntry) }),
    }),
  },
});
export type Mailbox = z.output<typeof mailbox.View>;
export type NewMailbox = z.output<typeof mailbox.New>;
export type MailboxChange = z.output<typeof mailbox.Change>;
