import { z } from "zod";

const prefixes = new WeakMap<z.ZodType, string>();

/**
 * Identifiers are a two-letter prefix and lower-case letters and digits, so that they fit into a subject, a URL and
 * a file name. The caller that creates a resource makes its id; this package makes none, because it does no I/O.
 */
function id(prefix: string, name: string) {
  const rule = z
    .string()
    .regex(new RegExp(`^${prefix}_[a-z0-9]{4,40}$`), `must be ${name} id such as ${prefix}_4fz81k`);
  prefixes.set(rule, prefix);
  return rule;
}
/** The two letters with which ids of this rule begin; `undefined` for ids that are made otherwise. */
export const idPrefixOf = (rule: z.ZodType): string | undefined => prefixes.get(rule);

export const MailboxId = id("mb", "a mailbox");
export const ProfileId = id("pf", "a profile");
export const SendId = id("sn", "a send");
export const JobId = id("jb", "a job");
export const AlertId = id("al", "an alert");
export const IncidentId = id("in", "an incident");
export const SubscriptionId = id("sb", "a subscription");
export const DeliveryId = id("dv", "a delivery");
export const DeadLetterId = id("dl", "a dead letter");
export const TokenId = id("tk", "a token");
export const SessionId = id("ss", "a session");
export const ConsentId = id("cs", "a consent");
export const OrganisationId = id("og", "an organisation");
export const ErasureId = id("er", "an erasure");
export const AuditId = id("au", "an audit entry");
export const DeploymentId = id("dp", "a deployment");

/** Made by the client; a command repeated with the same id gets the first answer again. */
export const CommandId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,100}$/, "must be 1 to 100 letters, digits, dots, colons, dashes or underscores");

/** A point in time: milliseconds since the Unix epoch. The API shows ISO 8601. */
export const Instant = z.number().int().nonnegative();
