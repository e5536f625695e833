import { ProblemError, type RequestArguments, type RequestOutput, type Send } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import { showSend } from "./show-send.ts";

/** `send.list`: newest first. */
export async function listSends(
  ports: OutboundPorts,
  input: RequestArguments<"outbound-send.send.list">,
): Promise<RequestOutput<"outbound-send.send.list">> {
  if (input.cursor !== undefined && !/^\d{1,15}\/sn_[a-z0-9]+$/.test(input.cursor))
    throw new ProblemError("INVALID", "The cursor does not belong to this list", {
      errors: [{ pointer: "/cursor", reason: "must be the `next` of a page of this list" }],
    });
  const { items, next } = await ports.sends.list(input);
  return { items: items.map(showSend), next };
}

/** `send.get`. */
export async function getSend(ports: OutboundPorts, { id }: RequestArguments<"outbound-send.send.get">): Promise<Send> {
  const send = await ports.sends.get(id);
  if (!send) throw new ProblemError("NOT_FOUND", `There is no send ${id}`);
  return showSend(send);
}
