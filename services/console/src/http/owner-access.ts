import { MailboxId, ProblemError } from "@mailfleet/contracts";
import type { Call, Route } from "../route.ts";

const unknownMailbox = (which: string) => new ProblemError("NOT_FOUND", `There is no mailbox ${which}.`);

/** The id of one of the owner's mailboxes. Another's is refused as if it did not exist, so that nobody can search. */
async function ownMailboxId(call: Call, which: string): Promise<string> {
  const own = call.caller.mailboxIds ?? [];
  if (MailboxId.safeParse(which).success) {
    if (!own.includes(which)) throw unknownMailbox(which);
    return which;
  }
  const found = await call.ask("config.mailbox.get", { address: which }).catch((error: unknown) => {
    if (error instanceof ProblemError && error.problem.code === "NOT_FOUND") return null;
    throw error;
  });
  if (!found || !own.includes(found.id)) throw unknownMailbox(which);
  return found.id;
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
      remedy: fields?.length
        ? `He may change ${fields.join(" and ")}; an administrator the rest.`
        : "Ask an administrator.",
    });
  const { mailbox } = call.params as { mailbox?: string };
  if (mailbox === undefined) return call;
  return { ...call, params: { ...(call.params as object), mailbox: await ownMailboxId(call, mailbox) } };
}
