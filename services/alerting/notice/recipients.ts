import { ProblemError } from "@mailfleet/contracts";
import type { AlertDocument } from "../alert/document.ts";
import type { AlertingPorts } from "../ports.ts";
import type { UsableSettings } from "./channel.ts";

const askMs = 2000;

/**
 * Who gets the mail about an alert: the recipients of the settings, and the mailbox's owner if the settings say so and
 * an owner can do something about it. While `config` does not answer the others get it without the owner.
 */
export async function recipientsOf(
  { bus, logger }: Pick<AlertingPorts, "bus" | "logger">,
  { to, notifyOwners }: Pick<UsableSettings, "to" | "notifyOwners">,
  { _id, object, audience }: Pick<AlertDocument, "_id" | "object" | "audience">,
): Promise<string[]> {
  if (!notifyOwners || audience !== "mailbox" || object.type !== "mailbox") return to;
  try {
    const { owner } = await bus.request("config.mailbox.get", { id: object.id }, { timeoutMs: askMs });
    const known = new Set(to.map((address) => address.toLowerCase()));
    return owner && !known.has(owner.email.toLowerCase()) ? [...to, owner.email] : to;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "NOT_FOUND") return to;
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ alert: _id, mailbox: object.id, reason }, "the owner gets no mail about this alert");
    return to;
  }
}
