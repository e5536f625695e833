import {
  type FoundMail,
  failureCodes,
  type RequestArguments,
  type RequestOutput,
  shownRecipients,
} from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import type { StoredSend } from "./send.ts";

/** `send.search` */
export async function searchSends(
  { sends }: Pick<OutboundPorts, "sends">,
  input: RequestArguments<"outbound-send.send.search">,
): Promise<RequestOutput<"outbound-send.send.search">> {
  const { items, next } = await sends.search(input);
  return { items: items.map(foundSend), next };
}

function foundSend({ id, mailboxId, state, acceptedAt, messageId, from, to, subject, ...rest }: StoredSend): FoundMail {
  const { answer, rejected, failure } = rest;
  const refused = rejected.map(({ address, reply }) => `${address}: ${reply}`).join("; ");
  const failed = failure && (failure.evidence?.reply ?? failureCodes[failure.code].text);
  return {
    ...{ id, mailboxId, state, at: acceptedAt, messageId, from, subject },
    to: to.slice(0, shownRecipients),
    why: [failed ?? answer, refused].filter(Boolean).join("; ").slice(0, 2000) || null,
  };
}
