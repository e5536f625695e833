import { type Failure, type FailureCode, failureOf, redactSecrets, type Secret } from "@mailfleet/contracts";
import { evidenceOf } from "./evidence.ts";
import { retryAfterMs } from "./retry-after.ts";
import { withoutTags } from "./without-tags.ts";

/** What a status means unless the caller knows better (RFC 9110 §15). */
const byStatus: Readonly<Record<number, FailureCode>> = {
  401: "AUTHENTICATION_REJECTED",
  403: "ACCESS_DENIED",
  408: "CONNECTION_TIMEOUT",
  413: "MESSAGE_TOO_LARGE",
  421: "SERVER_UNAVAILABLE",
  425: "SERVER_UNAVAILABLE",
  429: "RATE_LIMITED",
};

/** How much of an answer is read, and how much is kept. */
const readCharacters = 20_000;
const keptCharacters = 500;

/** An answer that reports a failure. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Secrets to remove, in case the server repeats them. */
  readonly secrets?: readonly Secret[];
}

/** The failure that a status stands for, with the server's own words and the time it asks us to wait. */
export function failureOfStatus({ status, headers, body, url, now, secrets = [] }: FailedAnswer): Failure {
  const words = withoutTags(body.slice(0, readCharacters))
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, "$1 [secret]")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const reply = redactSecrets(
    `${status} ${words}`.trim(),
    secrets.map((secret) => secret.reveal()),
    keptCharacters,
  );
  return failureOf(codeOf(status), { ...evidenceOf(url), reply }, retryAfterMs(headers, now));
}

function codeOf(status: number): FailureCode {
  if (status >= 500) return "SERVER_UNAVAILABLE";
  if (status >= 300 && status < 400) return "REDIRECT_REFUSED";
  if (status < 300) return "PROTOCOL_ERROR";
  return byStatus[status] ?? "UNCLASSIFIED";
}
