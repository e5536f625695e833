import { verify } from "node:crypto";
import type { ServiceAccount } from "./service-account.ts";

/** Grant type of RFC 7523 section 2.1. */
export const jwtBearerGrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** What the token endpoint refuses an assertion with, in Google's words. */
export interface Refusal {
  readonly status: 400 | 401;
  readonly error: "invalid_grant" | "invalid_scope" | "unauthorized_client" | "invalid_request";
  readonly description: string;
}

/** What a good assertion asks for: a token of `clientId` that acts as `subject`. */
export interface AssertedGrant {
  readonly clientId: string;
  readonly subject: string;
  readonly scope: string;
}

/** What an assertion is judged by. */
export interface AssertionRules {
  readonly accounts: ReadonlyMap<string, ServiceAccount>;
  /** Scopes that the domain's administrator delegated, by client id. */
  readonly delegations: ReadonlyMap<string, ReadonlySet<string>>;
  /** Addresses that exist in the domain. */
  readonly hasAccount: (address: string) => boolean;
  readonly audiences: ReadonlySet<string>;
  /** Time of the double's own clock in ms. */
  readonly now: number;
}

const maximumLifetime = 3600;
/** Google allows for clocks that differ by some minutes. */
const tolerance = 300;

const grantRefused = (description: string): Refusal => ({ status: 400, error: "invalid_grant", description });
const notShortLived = grantRefused(
  "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. " +
    "Check your iat and exp values in the JWT claim.",
);
const notDelegated: Refusal = {
  status: 401,
  error: "unauthorized_client",
  description:
    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
};

/** Google's rules for the assertion of a service account with domain-wide delegation. */
export function judgeAssertion(assertion: string, rules: AssertionRules): AssertedGrant | Refusal {
  const [head, body, signature, ...rest] = assertion.split(".");
  const header = parse(head);
  const claims = parse(body);
  if (!header || !claims || !signature || rest.length > 0) return grantRefused("Invalid JWT: Failed to parse.");
  const account = rules.accounts.get(String(claims.iss));
  if (!account) return grantRefused("Invalid grant: account not found");
  const signed =
    header.alg === "RS256" &&
    (header.kid === undefined || header.kid === account.keyId) &&
    verify("RSA-SHA256", Buffer.from(`${head}.${body}`), account.publicKey, Buffer.from(signature, "base64url"));
  if (!signed) return grantRefused("Invalid JWT Signature.");
  if (typeof claims.aud !== "string" || !rules.audiences.has(claims.aud)) {
    return grantRefused("Invalid JWT: The value for the 'aud' (audience) claim is not valid.");
  }
  const { iat, exp } = claims;
  const now = rules.now / 1000;
  if (typeof iat !== "number" || typeof exp !== "number") return notShortLived;
  if (iat > now + tolerance || exp < now - tolerance || exp - iat > maximumLifetime || exp <= iat) return notShortLived;
  const scopes = String(claims.scope ?? "")
    .split(" ")
    .filter(Boolean);
  if (scopes.length === 0) {
    return { status: 400, error: "invalid_scope", description: "Empty or missing scope not allowed." };
  }
  const subject = claims.sub === undefined ? account.email : String(claims.sub);
  if (subject !== account.email) {
    const delegated = rules.delegations.get(account.clientId);
    if (!delegated || !scopes.every((scope) => delegated.has(scope))) return notDelegated;
    if (!rules.hasAccount(subject)) return grantRefused("Invalid email or User ID");
  }
  return { clientId: account.clientId, subject, scope: scopes.join(" ") };
}

function parse(part: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
