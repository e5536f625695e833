import { setTimeout as pause } from "node:timers/promises";
import type { SoughtMessage } from "@mailfleet/connector-api";
import { ownHeaders } from "@mailfleet/mime";
import type { OutboundPorts } from "../ports.ts";
import type { Outcome } from "./decide-outcome.ts";
import type { StoredSend } from "./send.ts";

type LookUpPorts = Pick<OutboundPorts, "sentFolder" | "logger" | "signal" | "policy">;

/** Clocks of servers differ: what was filed in the last ten minutes before is looked at too. */
const SLACK_MS = 600_000;

/**
 * A send whose answer was lost is looked for in the mailbox's sent mail, where the server files what it takes. Found, it is
 * sent. Not found proves nothing: then the profile's policy decides. `again`: once more after a moment, because a server may
 * file it later than it takes it.
 */
export async function lookUp(
  ports: LookUpPorts,
  send: StoredSend,
  outcome: Outcome,
  { again }: { readonly again: boolean },
): Promise<Outcome> {
  if (outcome.type !== "unknown") return outcome;
  let found = await isInSentMail(ports, send);
  if (found === false && again) {
    await pause(ports.policy.lookAgainMs, undefined, { signal: ports.signal }).catch(() => {});
    found = await isInSentMail(ports, send);
  }
  if (!found) return outcome;
  ports.logger.info({ send: send.id, mailbox: send.mailboxId }, "a send whose answer was lost is in the sent mail");
  return foundInSentMail(outcome.rejected);
}

/** Whether the sent mail holds it; `null`: nobody can tell. */
export function isInSentMail({ sentFolder, signal }: LookUpPorts, send: StoredSend): Promise<boolean | null> {
  return sentFolder.find(send.mailboxId, soughtOf(send), signal);
}

/** By what a send is recognised among the sent mail. */
export const soughtOf = ({ id, messageId, acceptedAt }: StoredSend): SoughtMessage => ({
  messageId,
  isOwnId: messageId.startsWith(`<${id}@`),
  mark: { field: ownHeaders.send, value: id },
  since: acceptedAt - SLACK_MS,
});

/** What the server had said to recipients before its answer was lost still counts. */
export const foundInSentMail = (
  rejected: Extract<Outcome, { type: "unknown" }>["rejected"] = [],
): Extract<Outcome, { type: "taken" }> => ({
  type: "taken",
  isFiled: true,
  submitted: { answer: "found among the sent mail; the server's answer was lost", rejected },
});
