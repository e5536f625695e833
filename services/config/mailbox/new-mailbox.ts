import {
  type Direction,
  directions,
  type Mailbox,
  type NewMailbox,
  type RequestArguments,
  type Settings,
} from "@mailfleet/contracts";
import type { OutboxEntry } from "@mailfleet/kit";
import { createMachine } from "@mailfleet/mailbox";
import type { ShownProfile } from "../profile/body.ts";
import type { Configuration, MailboxBody } from "./body.ts";
import { keptMailboxCredentials } from "./kept-credentials.ts";
import { mailboxFact } from "./outbox-entries.ts";
import { whyNoItems } from "./possible-mailbox.ts";
import { copiedStatus } from "./show-mailbox.ts";
import type { World } from "./world.ts";

/** The directions that Mailfleet is to serve. */
export function configuredDirections(methods: Mailbox["deliveryMethods"]): Direction[] {
  return directions.filter((direction) => methods[direction] === "server-side");
}

/** Whether a mailbox of this kind works only after somebody approved its address; one that nobody owns counts as a queue. */
export function approvalRequired(
  kind: NewMailbox["kind"],
  settings: Pick<Settings, "approvalRequiredForUsers" | "approvalRequiredForQueues">,
): boolean {
  return kind === "user" ? settings.approvalRequiredForUsers : settings.approvalRequiredForQueues;
}

/** The methods that are named, and the others as they are otherwise. */
export function withNamed(
  named: NonNullable<NewMailbox["deliveryMethods"]>,
  otherwise: Mailbox["deliveryMethods"],
): Mailbox["deliveryMethods"] {
  const { inbound = otherwise.inbound, outbound = otherwise.outbound, act = otherwise.act } = named;
  return { inbound, outbound, act };
}

/**
 * What a new mailbox says nothing of: the organisation's defaults, where such a mailbox can have them. Of methods that are
 * named, those left out are none.
 */
export function completeMailbox<New extends Pick<NewMailbox, "kind" | "deliveryMethods">>(
  { deliveryMethods, ...mailbox }: New,
  profile: ShownProfile,
  settings: Pick<Settings, `${Direction}DeliveryMethod`>,
): Omit<New, "deliveryMethods"> & Pick<Mailbox, "deliveryMethods"> {
  const { inboundDeliveryMethod: inbound, outboundDeliveryMethod, actDeliveryMethod } = settings;
  const outbound = mailbox.kind === "forward" ? "none" : outboundDeliveryMethod;
  const act = whyNoItems(mailbox.kind, profile.settings) === null ? actDeliveryMethod : "none";
  return {
    ...mailbox,
    deliveryMethods: deliveryMethods
      ? withNamed(deliveryMethods, { inbound: "none", outbound: "none", act })
      : { inbound, outbound, act },
  };
}

/** The first version of a mailbox, with the fact that tells of it. @throws ProblemError for credentials of another */
export function newMailbox(
  input: RequestArguments<"config.mailbox.create">,
  { profile, settings, rhythmV, policy }: World,
  at: number,
): { readonly body: MailboxBody; readonly outbox: OutboxEntry[] } {
  const { id: mailboxId, commandId, by, credentials } = input;
  const mailbox = completeMailbox(input.new, profile, settings);
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
  const status = copiedStatus(machine, policy);
  const body: MailboxBody = {
    configuration,
    addressKey: mailbox.address.toLowerCase(),
    ownership: 1,
    profileV: profile.v,
    profileActive: profile.active,
    rhythmV,
    approval: {},
    machine,
    status,
    lastTests: {},
    timerSeqs: {},
    history: [{ v: 1, at, event: "create", from: "", to: status.lifecycle, by }],
  };
  return {
    body,
    outbox: [
      mailboxFact("mailbox.created.v1", "created", {
        ...{ mailboxId, v: 1, at, address: mailbox.address, profileId: profile._id, by },
      }),
    ].map((fact) => ({
      ...fact,
      mailboxId,
      sequence: 1,
      correlation: input.correlation ?? commandId,
      causation: commandId,
    })),
  };
}
