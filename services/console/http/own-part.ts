import { isPartOf, ProblemError } from "@mailfleet/contracts";
import { mailboxOf, orNull, unknownMailbox } from "./parameters.ts";
import type { Call, Route } from "./route.ts";

/**
 * A call as somebody may make it who is limited to a part of the fleet: for mailboxes of that part. Others do not exist
 * for him, and what concerns the whole fleet is refused. Who else calls passes unchanged.
 */
export async function inOwnPart(call: Call, { operation, parted }: Route): Promise<Call> {
  const { within, name } = call.caller;
  if (!within) return call;
  const { mailbox } = (call.params ?? {}) as { mailbox?: string };
  if (mailbox === undefined) {
    if (parted) return { ...call, command: { ...call.command, within } };
    throw new ProblemError(
      "FORBIDDEN",
      `The token "${name}" is for a part of the fleet only: it may not do ${operation}, which concerns all of it.`,
      { remedy: "Ask an administrator to do it, or for a token without profiles and domains." },
    );
  }
  const found = await orNull(mailboxOf(call, mailbox), ["NOT_FOUND"]);
  if (!found || !isPartOf(within, found)) throw unknownMailbox(mailbox);
  return {
    ...call,
    params: { ...(call.params as object), mailbox: found.id },
    // Whether it still belongs to the part is asked once more when the command is done.
    command: { ...call.command, within },
  };
}
