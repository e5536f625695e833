import type { FailureCode } from "@mailfleet/contracts";

/** What Graph needs to read a mailbox, and to send from it; one of each. */
const needed = { read: ["Mail.Read", "Mail.ReadWrite"], send: ["Mail.Send"] } as const;
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
export function describeApproval(token: string | undefined, purpose: "read" | "send"): { has: boolean; words: string } {
  const roles = token === undefined ? null : rolesIn(token);
  if (roles === null) return { has: false, words: "the token does not say what the tenant's administrator approved" };
  const approved = needed[purpose].filter((role) => roles.includes(role));
  return approved.length > 0
    ? { has: true, words: `the tenant's administrator has consented to ${approved.join(" and ")}` }
    : {
        has: false,
        words: `nobody has consented to ${needed[purpose].join(" or ")} in Entra; a role in Exchange Online may do instead`,
      };
}

/** What a denial means: nobody of the tenant has approved, or a scope leaves this mailbox out. */
export function denialOf(token: string | undefined, purpose: "read" | "send"): FailureCode {
  const roles = token === undefined ? null : rolesIn(token);
  if (roles === null) return "MAILBOX_OUT_OF_SCOPE";
  return needed[purpose].some((role) => roles.includes(role)) ? "MAILBOX_OUT_OF_SCOPE" : "TENANT_APPROVAL_MISSING";
}
