import { type Failure, type FailureCode, failureOf, type Secret } from "@mailfleet/contracts";
import { failureOfStatus, retryAfterMs } from "@mailfleet/http";
import type { Client } from "./ports.ts";

/** What was asked for: the same error of a server can mean different things. */
export type GrantKind = "refresh" | "code" | "device" | "application" | "service-account";

/** An answer of the token endpoint that is not a token. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly json: Readonly<Record<string, unknown>> | null;
}

/** Where an answer came from, and the secrets to remove from its evidence. */
export interface RefusalContext {
  readonly client: Client;
  readonly kind: GrantKind;
  readonly url: string;
  readonly now: number;
  readonly secrets: readonly Secret[];
}

/** Errors of RFC 6749 §5.2 and of the providers that mean the same for every request. */
const byError: Readonly<Record<string, FailureCode>> = {
  invalid_client: "CLIENT_REJECTED",
  unauthorized_client: "CLIENT_REJECTED",
  disabled_client: "CLIENT_REJECTED",
  deleted_client: "CLIENT_REJECTED",
  temporarily_unavailable: "SERVER_UNAVAILABLE",
  server_error: "SERVER_UNAVAILABLE",
  internal_failure: "SERVER_UNAVAILABLE",
  slow_down: "RATE_LIMITED",
  rate_limit_exceeded: "RATE_LIMITED",
};

/** Errors at renewal that end a consent: only a person can give a new one. */
const endsConsent: ReadonlySet<string> = new Set([
  "invalid_grant",
  "interaction_required",
  "login_required",
  "consent_required",
]);

/** Texts with which a server says more than its error code, for every request. */
const byWords: readonly (readonly [RegExp, FailureCode])[] = [
  [/reasonable timeframe/i, "CLOCK_DIFFERS"],
  [/AADSTS700024\b/, "CLOCK_DIFFERS"],
];

/** The same for a service account's assertion, in Google's words. */
const byServiceAccountWords: readonly (readonly [RegExp, FailureCode])[] = [
  [/account not found|Invalid email or User ID/i, "ACCESS_DENIED"],
  [/Invalid JWT Signature/i, "CLIENT_REJECTED"],
];

/** What a refusal of the token endpoint means. The evidence is the server's own words without any secret. */
export function tokenFailure(answer: RefusedAnswer, context: RefusalContext): Failure {
  const { status, headers, json } = answer;
  const error = textOf(json?.error);
  const words = error ? [error, textOf(json?.error_description)].filter(Boolean).join(": ") : answer.body;
  const { url, now, secrets } = context;
  const byStatus = failureOfStatus({ status, headers, body: words, url, now, secrets });
  const isTrouble = byStatus.kind === "transient" || byStatus.kind === "throttled";
  // Neither a known status nor an OAuth error: most likely a wrong endpoint, so it is permanent.
  if (isTrouble && byStatus.code !== "UNCLASSIFIED" && byStatus.code !== "PROTOCOL_ERROR") return byStatus;
  return failureOf(codeOf(error, words, context), byStatus.evidence, retryAfterMs(headers, now));
}

function codeOf(error: string, words: string, { kind, client }: RefusalContext): FailureCode {
  const rules = kind === "service-account" ? [...byWords, ...byServiceAccountWords] : byWords;
  const told = rules.find(([pattern]) => pattern.test(words));
  if (told) return told[1];
  if (kind === "service-account" && error === "unauthorized_client") return "DELEGATION_MISSING";
  if (kind === "refresh" && endsConsent.has(error))
    return client.publishing === "testing" ? "CONSENT_ENDED_IN_TESTING" : "CONSENT_EXPIRED";
  return byError[error] ?? "OAUTH_REFUSED";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
