import { type AlertCode, ProblemError } from "@mailfleet/contracts";
import type { AlertDocument } from "../alert/document.ts";
import type { IncidentDocument } from "../incident/document.ts";
import type { AlertingPorts } from "../ports.ts";
import type { UsableSettings } from "./channel.ts";

const patience = { timeoutMs: 2000 };
type About = Pick<AlertDocument, "_id" | "object" | "audience" | "severity" | "code">;

/** Codes that the owner of a profile is told about regardless of the settings: the profile says whether. */
const ownersAlways: ReadonlySet<string> = new Set<AlertCode>(["PROFILE_MAILBOXES_FAILING"]);

/**
 * Who gets the mail about an incident and about its end: the recipients of the settings and, if these say so, the owner who
 * can do something about it: of a single mailbox, or of the profile. Of many mailboxes no owner, who would read of the
 * others. While `config` does not answer the others get it without the owner.
 */
export async function recipientsOf(
  { bus, logger }: Pick<AlertingPorts, "bus" | "logger">,
  settings: Pick<UsableSettings, "to" | "recipientSeverities" | "notifyOwners" | "ownerSeverities">,
  incident: Pick<IncidentDocument, "_id" | "object" | "severity" | "most">,
  alerts: readonly About[],
): Promise<string[]> {
  const { recipientSeverities, notifyOwners, ownerSeverities } = settings;
  const { _id, severity } = incident;
  const to = severity !== "information" && recipientSeverities.includes(severity) ? settings.to : [];
  const isAlways = alerts.some(({ code }) => ownersAlways.has(code));
  if (!isAlways && !(notifyOwners && ownerSeverities.includes(severity))) return to;
  const about = incident.most === 1 ? alerts[0] : { object: incident.object, audience: "profile" as const };
  if (!about) return to;
  try {
    const owner = await ownerOf(bus, about);
    const known = new Set(to.map((address) => address.toLowerCase()));
    return owner && !known.has(owner.toLowerCase()) ? [...to, owner] : to;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "NOT_FOUND") return to;
    const { type, id } = about.object;
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ incident: _id, [type]: id, reason }, "the owner gets no mail about this incident");
    return to;
  }
}

/** Their address. Throws NOT_FOUND, UNAVAILABLE. */
async function ownerOf(
  bus: AlertingPorts["bus"],
  { object: { type, id }, audience }: Pick<About, "object" | "audience">,
): Promise<string | undefined> {
  if (audience === "administrator" || (type !== "mailbox" && type !== "profile")) return undefined;
  const mailbox = type === "mailbox" ? await bus.request("config.mailbox.get", { id }, patience) : null;
  if (audience === "mailbox") return mailbox?.owner?.email;
  return (await bus.request("config.profile.get", { id: mailbox?.profileId ?? id }, patience)).owner;
}

/**
 * Whom a success is told: the owners of the mailbox and of its profile, where the settings say so; nobody else.
 * Throws UNAVAILABLE.
 */
export async function successRecipients(
  { bus }: Pick<AlertingPorts, "bus">,
  { notifyOwners, ownerSeverities }: Pick<UsableSettings, "notifyOwners" | "ownerSeverities">,
  { object: { id }, severity }: Pick<AlertDocument, "object" | "severity">,
): Promise<string[]> {
  if (!notifyOwners || !ownerSeverities.includes(severity)) return [];
  try {
    const mailbox = await bus.request("config.mailbox.get", { id }, patience);
    const { owner } = await bus.request("config.profile.get", { id: mailbox.profileId }, patience);
    const owners = [mailbox.owner?.email, owner].filter((address) => address !== undefined && address !== null);
    return [...new Map(owners.map((address) => [address.toLowerCase(), address])).values()];
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "NOT_FOUND") return [];
    throw error;
  }
}
