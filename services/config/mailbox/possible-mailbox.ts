import { connectorDescriptors, type Mailbox, ProblemError } from "@mailfleet/contracts";
import type { ShownProfile } from "../profile/body.ts";

const deleting = Object.values(connectorDescriptors)
  .filter(({ fields }) => fields.includes("deleteAfterProcessing"))
  .map(({ name }) => name)
  .join(" or ");

/** What decides whether a mailbox can be as it is described. */
type Described = Pick<Mailbox, "kind" | "deliveryMethods" | "deleteAfterProcessing">;

/** When a mailbox has no appointments, contacts and tasks for us (Dynamics 365: user mailboxes on Exchange, not by delegation). */
const withoutItems: readonly {
  readonly reason: string;
  readonly applies: (kind: Mailbox["kind"], settings: ShownProfile["settings"]) => boolean;
}[] = [
  {
    reason: "only a user's mailbox has appointments, contacts and tasks, not a queue's or one that others forward to",
    applies: (kind) => kind !== "user",
  },
  {
    reason: "only profiles of the types exchange-server and exchange-online reach appointments, contacts and tasks",
    applies: (_, { type, inbound: { protocol } }) =>
      !type.startsWith("exchange-") || !connectorDescriptors[protocol].directions.includes("act"),
  },
  {
    reason: "delegation is for mail only; the profile needs impersonation, or the mailboxes' own credentials",
    applies: (_, { inbound: { access } }) => access === "delegation",
  },
  {
    reason: "Microsoft's cloud for China has no To Do, where tasks are",
    applies: (_, { type, oauth }) => type === "exchange-online" && oauth?.cloud === "china",
  },
];

/** Why `act` must be none, in words; `null`: it may be served. */
export function whyNoItems(kind: Mailbox["kind"], settings: ShownProfile["settings"]): string | null {
  return withoutItems.find(({ applies }) => applies(kind, settings))?.reason ?? null;
}

/**
 * Rules between the fields of a mailbox and its profile: only mailboxes that no person reads may be
 * emptied, only POP3 empties them, a mailbox that others forward to sends nothing, and appointments, contacts and tasks are
 * a user's, at Exchange. @throws ProblemError INVALID
 */
export function refuseImpossibleMailbox(
  { kind, deliveryMethods, deleteAfterProcessing }: Described,
  { settings }: Pick<ShownProfile, "settings">,
  at: string,
): void {
  const errors: { pointer: string; reason: string }[] = [];
  const add = (pointer: string, reason: string) => errors.push({ pointer: `${at}${pointer}`, reason });
  if (deleteAfterProcessing && kind === "user")
    add("/deleteAfterProcessing", "must be off for a user's mailbox: only queues and forward mailboxes may be emptied");
  if (
    deleteAfterProcessing &&
    !connectorDescriptors[settings.inbound.protocol].fields.includes("deleteAfterProcessing")
  )
    add("/deleteAfterProcessing", `must be off: only profiles that receive by ${deleting} delete at the server`);
  if (kind === "forward" && deliveryMethods.outbound !== "none")
    add("/deliveryMethods/outbound", "must be none: a forward mailbox only receives");
  const noItems = deliveryMethods.act === "none" ? null : whyNoItems(kind, settings);
  if (noItems !== null) add("/deliveryMethods/act", `must be none: ${noItems}`);
  if (errors.length > 0)
    throw new ProblemError("INVALID", errors.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; "), {
      errors,
    });
}
