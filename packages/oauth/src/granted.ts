import { FailureError, failureOf, ProblemError } from "@mailfleet/contracts";
import type { Client, Consent, Granted } from "./ports.ts";
import type { TokenAnswer } from "./token-endpoint.ts";

/** How long a consent lasts while an external Google application has the publishing status "Testing". */
const testingMs = 7 * 86_400_000;

/** Scopes of the sign-in itself. Servers may or may not list them. */
const signInOnly: ReadonlySet<string> = new Set(["openid", "email", "profile", "offline_access"]);

/** Google's scope for everything, which includes those of the API. */
const allOfGmail = "https://mail.google.com/";
const gmailPrefix = "https://www.googleapis.com/auth/gmail.";

/**
 * Checks that a sign-in gave what the mailbox needs: its own account, a refresh token and every scope. Throws
 * `ProblemError` ACCOUNT_NOT_THE_MAILBOX or SIGN_IN_REFUSED, `FailureError` CONSENT_TOO_NARROW.
 */
export function judgeGranted(consent: Consent, answer: TokenAnswer, now: number): Granted {
  const { client } = consent;
  const account = accountOf(consent, answer);
  if (!answer.refreshToken)
    throw refused("The provider gave no refresh token, so the permission would end within the hour.", {
      remedy:
        "Check that the application may have offline access, remove its access in the account, and sign in again.",
    });
  const scopes = answer.scopes ?? client.scopes;
  const missing = client.scopes.filter((scope) => !isCovered(scope, scopes));
  if (missing.length > 0)
    throw new FailureError(
      failureOf("CONSENT_TOO_NARROW", { reply: `not granted: ${missing.join(" ")}`.slice(0, 500) }),
    );
  return {
    account,
    scopes: scopes.slice(0, 50),
    refreshToken: answer.refreshToken,
    expiresAt: answer.refreshEndsAt ?? (client.publishing === "testing" ? now + testingMs : null),
    accessTokenExpiresAt: answer.endsAt,
  };
}

function accountOf({ address, client }: Consent, { claims }: TokenAnswer): string {
  if (!claims) throw refused("The provider does not say who signed in: its answer contains no id token.");
  const text = (name: string) => (typeof claims[name] === "string" ? claims[name] : null);
  if (claims.email_verified === false || claims.email_verified === "false")
    throw refused("The provider has not verified the address of the account that signed in.");
  const names = [text("email"), text("preferred_username"), text("upn")];
  const accepted = isEmailTrusted(client, claims.email_verified) ? names : names.slice(1);
  const match = accepted.find((name) => name?.toLowerCase() === address.toLowerCase());
  if (match) return match;
  const shown = (accepted.find((name) => name !== null) ?? claims.sub).slice(0, 320);
  throw new ProblemError(
    "ACCOUNT_NOT_THE_MAILBOX",
    `You signed in as ${shown}, but the mailbox is ${address}. Nothing was saved.`,
    { remedy: `Sign out at the provider or choose another account there, then sign in as ${address}.` },
  );
}

/**
 * The administrator of any Microsoft directory can put any address into the claim `email`. Where every directory may
 * sign in, only the verified user name counts.
 */
function isEmailTrusted({ provider, issuer }: Client, verified: unknown): boolean {
  return provider !== "microsoft" || verified === true || !/\/(organizations|common)\//.test(issuer);
}

function isCovered(scope: string, granted: readonly string[]): boolean {
  // The request asked for "whatever was agreed to"; the answer lists it.
  if (signInOnly.has(scope) || scope.endsWith("/.default")) return true;
  const wanted = scope.toLowerCase();
  return granted.some((one) => one.toLowerCase() === wanted || (one === allOfGmail && scope.startsWith(gmailPrefix)));
}

function refused(
  detail: string,
  more: { remedy: string } = { remedy: "Sign in again; if this happens again, check the profile's OAuth application." },
) {
  return new ProblemError("SIGN_IN_REFUSED", detail, more);
}
