import { type Failure, type FailureCode, failureOf, type Secret } from "@mailfleet/contracts";
import { failureOfStatus, retryAfterMs } from "@mailfleet/http";
import type { Client } from "./ports.ts";

/** What was asked for: the same word of a server means different things. */
export type GrantKind = "refresh" | "code" | "device" | "application" | "service-account";

/** An answer of the token endpoint that is not a token. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly json: Readonly<Record<string, unknown>> | null;
}

/** Where an answer came from, and what must not show up in its evidence. */
export interface RefusalContext {
  readonly client: Client;
  readonly kind: GrantKind;
  readonly url: string;
  readonly now: number;
  readonly secrets: readonly Secret[];
}

/** Errors of RFC 6749 §5.2 and of the providers that mean the same whoever asks. */
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

/** Errors that end a consent when a token is renewed: only a person can give a new one. */
const endsConsent: ReadonlySet<string> = new Set([
  "invalid_grant",
  "interaction_required",
  "login_required",
  "consent_required",
]);

/** Words by which a server says more than its error does, whoever asks. */
const byWords: readonly (readonly [RegExp, FailureCode])[] = [
  [/reasonable timeframe/i, "CLOCK_DIFFERS"],
  [/AADSTS700024\b/, "CLOCK_DIFFERS"],
];

/** The same for the assertion of a service account, in Google's words. */
const byServiceAccountWords: readonly (readonly [RegExp, FailureCode])[] = [
  [/account not found|Invalid email or User ID/i, "ACCESS_DENIED"],
  [/Invalid JWT Signature/i, "CLIENT_REJECTED"],
];

/** What a refusal of the token endpoint means; evidence is the server's own words without any secret. */
export function tokenFailure(answer: RefusedAnswer, context: RefusalContext): Failure {
  const { status, headers, json } = answer;
  const error = textOf(json?.error);
  const words = error ? [error, textOf(json?.error_description)].filter(Boolean).join(": ") : answer.body;
  const { url, now, secrets } = context;
  const byStatus = failureOfStatus({ status, headers, body: words, url, now, secrets });
  const isTrouble = byStatus.kind === "transient" || byStatus.kind === "throttled";
  // What is neither a known status nor an OAuth error is refused for good: a wrong endpoint, most likely.
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
