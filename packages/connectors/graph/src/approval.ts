import type { FailureCode } from "@mailfleet/contracts";

/** What an application wants of a mailbox. */
export type Wanted = "read" | "send" | "act";

/** The permissions that Graph needs for it: one of each line. */
const needed: Readonly<Record<Wanted, readonly (readonly string[])[]>> = {
  read: [["Mail.Read", "Mail.ReadWrite"]],
  send: [["Mail.Send"]],
  act: [["Calendars.ReadWrite"], ["Contacts.ReadWrite"], ["Tasks.ReadWrite.All"]],
};
const LONGEST_TOKEN = 20_000;

/**
 * What the tenant's administrator has consented to: the permissions in the application's own token (claim `roles`); `null`:
 * it does not say. They are read for words only. Graph alone decides what the token is good for.
 */
export function rolesIn(token: string): readonly string[] | null {
  const [, claims, signature] = token.length <= LONGEST_TOKEN ? token.split(".") : [];
  if (claims === undefined || signature === undefined) return null;
  try {
    const { roles = [], idtyp, appid, scp } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8"));
    // A user's token names scopes instead.
    if (scp !== undefined || (idtyp === undefined && appid === undefined) || !Array.isArray(roles)) return null;
    return roles.filter((role) => typeof role === "string" && /^[\w.-]{1,100}$/.test(role)).slice(0, 100);
  } catch {
    return null;
  }
}

/** Whether the tenant's administrator has approved what is needed, in words; `has: false`: it may have been done in Exchange. */
export function describeApproval(token: string | undefined, purpose: Wanted): { has: boolean; words: string } {
  const roles = token === undefined ? null : rolesIn(token);
  if (roles === null) return { has: false, words: "the token does not say what the tenant's administrator approved" };
  const missing = needed[purpose].filter((line) => !line.some((role) => roles.includes(role)));
  const approved = needed[purpose].flat().filter((role) => roles.includes(role));
  if (missing.length === 0)
    return { has: true, words: `the tenant's administrator has consented to ${approved.join(" and ")}` };
  const lacks = missing.map((line) => line.join(" or ")).join(", ");
  return { has: false, words: `nobody has consented to ${lacks} in Entra; a role in Exchange Online may do instead` };
}

/** What a denial means: nobody of the tenant has approved, or a scope leaves this mailbox out. */
export function denialOf(token: string | undefined, purpose: "read" | "send"): FailureCode {
  const roles = token === undefined ? null : rolesIn(token);
  if (roles === null) return "MAILBOX_OUT_OF_SCOPE";
  const isApproved = needed[purpose].every((line) => line.some((role) => roles.includes(role)));
  return isApproved ? "MAILBOX_OUT_OF_SCOPE" : "TENANT_APPROVAL_MISSING";
}
