import { ProblemError, type RequestArguments, type RequestOutput, type Send } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import { showSend } from "./show-send.ts";

/** `send.list`: newest first, or as `sort` says. */
export function listSends(
  ports: OutboundPorts,
  input: RequestArguments<"outbound-send.send.list">,
): Promise<RequestOutput<"outbound-send.send.list">> {
  return ports.sends.list(input, showSend);
}

/** `send.get`. */
export async function getSend(ports: OutboundPorts, { id }: RequestArguments<"outbound-send.send.get">): Promise<Send> {
  const send = await ports.sends.get(id);
  if (!send) throw new ProblemError("NOT_FOUND", `There is no send ${id}`);
  return showSend(send);
}
