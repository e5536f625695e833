import {
  type Direction,
  directions,
  type Mailbox,
  type NewMailbox,
  type RequestArguments,
  type Settings,
} from "@mailfleet/contracts";
import { createMachine, summaryOf } from "@mailfleet/mailbox";
import { keptMailboxCredentials } from "./credentials.ts";
import type { World } from "./knowledge.ts";
import { outboxEntries } from "./outbox-entries.ts";
import type { Configuration, StoredMailbox } from "./ports.ts";
import { copiedStatus, showMailbox } from "./show-mailbox.ts";

/** The directions that Mailfleet is to serve. */
export function configuredDirections(methods: Mailbox["deliveryMethods"]): Direction[] {
  return directions.filter((direction) => methods[direction] === "server-side");
}

/** Whether a mailbox of this kind works only after somebody approved its address (domain 1.3); nobody's own are as queues. */
export function approvalRequired(
  kind: NewMailbox["kind"],
  settings: Pick<Settings, "approvalRequiredForUsers" | "approvalRequiredForQueues">,
): boolean {
  return kind === "user" ? settings.approvalRequiredForUsers : settings.approvalRequiredForQueues;
}

/** The first version of a mailbox, with the fact that tells of it. @throws ProblemError for credentials of another */
export function newMailbox(
  input: RequestArguments<"config.mailbox.create">,
  { profile, settings, rhythmV, policy }: World,
  at: number,
): StoredMailbox {
  const { id: mailboxId, commandId, by, new: mailbox, credentials } = input;
  const configuration: Configuration = {
    ...mailbox,
    profileId: profile._id,
    active: true,
    ...(credentials ? { credentials: keptMailboxCredentials(credentials, mailboxId, profile, at) } : {}),
  };
  const machine = createMachine({
    mailboxId,
    configured: configuredDirections(mailbox.deliveryMethods),
    active: profile.active,
    approved: !approvalRequired(mailbox.kind, settings),
    at,
  });
  const document: StoredMailbox = {
    _id: mailboxId,
    v: 1,
    configuration,
    addressKey: mailbox.address.toLowerCase(),
    ownership: 1,
    profileV: profile.v,
    profileActive: profile.active,
    rhythmV,
    approval: {},
    machine,
    status: copiedStatus(machine, policy),
    lastTests: {},
    timerSeqs: {},
    inbox: [],
    outbox: outboxEntries(
      [],
      [
        {
          type: "mailbox.created.v1",
          body: { mailboxId, v: 1, at, address: mailbox.address, profileId: profile._id, by },
        },
      ],
      {
        mailboxId,
        v: 1,
        at,
        address: mailbox.address,
        profileId: profile._id,
        event: "create",
        summaries: {
          inbound: summaryOf(machine, "inbound"),
          outbound: summaryOf(machine, "outbound"),
          act: summaryOf(machine, "act"),
        },
        steps: [],
        correlation: input.correlation ?? commandId,
        causation: commandId,
      },
    ),
    history: [],
    createdAt: at,
    changedAt: at,
    living: true,
  };
  document.history.push({ v: 1, at, event: "create", from: "", to: document.status.lifecycle, by });
  document.inbox.push({ id: commandId, at, answer: showMailbox(document, policy, at) });
  return document;
}
