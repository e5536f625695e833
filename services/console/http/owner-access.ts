import { type Mailbox, MailboxId, ProblemError } from "@mailfleet/contracts";
import { mailboxOf, orNull, unknownMailbox } from "./parameters.ts";
import type { Call, Caller, Route } from "./route.ts";

/**
 * A token names the time for which it is good: a mailbox that has another address or owner since is not the owner's.
 */
function isOwn({ mailboxIds = [], ownerships = {} }: Caller, { id, ownership }: Mailbox): boolean {
  return mailboxIds.includes(id) && ownerships[id] === ownership;
}

/**
 * One of the owner's mailboxes. Another's, and one that was his before its address or owner changed, is refused as if
 * it did not exist, so that nobody can search.
 */
async function ownMailbox(call: Call, which: string): Promise<Mailbox> {
  const byId = MailboxId.safeParse(which).success;
  if (byId && !call.caller.mailboxIds?.includes(which)) throw unknownMailbox(which);
  const found = await orNull(mailboxOf(call, which), ["NOT_FOUND"]);
  if (!found || !isOwn(call.caller, found)) throw unknownMailbox(which);
  return found;
}

/** Those of the token's mailboxes that still belong to the owner. */
export async function ownMailboxIds({ caller, ask }: Pick<Call, "caller" | "ask">): Promise<string[]> {
  const found = (caller.mailboxIds ?? []).map((id) => orNull(ask("config.mailbox.get", { id }), ["NOT_FOUND"]));
  return (await Promise.all(found)).flatMap((mailbox) => (mailbox && isOwn(caller, mailbox) ? [mailbox.id] : []));
}

/** Throws UNAUTHENTICATED if none of the token's mailboxes belongs to the owner any more. */
async function refuseFormerOwner(call: Call): Promise<void> {
  if ((await ownMailboxIds(call)).length > 0) return;
  throw new ProblemError("UNAUTHENTICATED", "The mailboxes of this token have a different address or owner now.");
}

/**
 * A call as an owner may make it: for his own mailboxes, with the fields that are his. Who else calls passes unchanged.
 * That the route is open to owners at all is checked before, with the token.
 */
export async function asOwner(call: Call, route: Route): Promise<Call> {
  if (call.caller.role !== "owner") return call;
  const { fields } = route.owner ?? { fields: [] };
  const named = Object.keys(typeof call.body === "object" && call.body !== null ? call.body : {});
  const foreign = fields ? named.filter((name) => !fields.includes(name)) : [];
  if (foreign.length > 0)
    throw new ProblemError("FORBIDDEN", `The owner of a mailbox may not change ${foreign.join(", ")}.`, {
      errors: foreign.map((name) => ({ pointer: `/${name}`, reason: "is for administrators" })),
      remedy: fields?.length
        ? `An owner may change ${fields.join(" and ")}. Ask an administrator for the rest.`
        : "Ask an administrator.",
    });
  const { mailbox } = call.params as { mailbox?: string };
  if (mailbox === undefined) {
    await refuseFormerOwner(call);
    return call;
  }
  const { id, ownership } = await ownMailbox(call, mailbox);
  return {
    ...call,
    params: { ...(call.params as object), mailbox: id },
    // Whoever is the owner when the command is done is asked once more, where both are known at the same moment.
    command: { ...call.command, owner: ownership },
  };
}
