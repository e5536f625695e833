import assert from "node:assert/strict";
import { test } from "node:test";
import type { Purpose } from "@mailfleet/connector-http";
import type { FailureCode } from "@mailfleet/contracts";
import { refusedError } from "./refusal.ts";

const google = (status: number, reason: string, message: string, details?: unknown) =>
  JSON.stringify({ error: { code: status, message, errors: [{ message, domain: "global", reason }], details } });

const cases: readonly [FailureCode, number, string, string, Purpose?][] = [
  ["CONSENT_EXPIRED", 401, "authError", "Invalid Credentials"],
  ["CONSENT_TOO_NARROW", 403, "insufficientPermissions", "Request had insufficient authentication scopes."],
  [
    "API_SWITCHED_OFF",
    403,
    "accessNotConfigured",
    "Gmail API has not been used in project 1 before or it is disabled.",
  ],
  ["RATE_LIMITED", 403, "rateLimitExceeded", "Rate Limit Exceeded"],
  ["RATE_LIMITED", 403, "userRateLimitExceeded", "User Rate Limit Exceeded"],
  ["RATE_LIMITED", 403, "dailyLimitExceeded", "Daily Limit Exceeded"],
  ["RATE_LIMITED", 403, "quotaExceeded", "Quota exceeded for quota metric 'Queries'"],
  ["RATE_LIMITED", 429, "rateLimitExceeded", "Too many concurrent requests for user"],
  ["RATE_LIMITED", 429, "rateLimitExceeded", "User-rate limit exceeded.  Retry after 2026-01-21T12:57:51.196Z"],
  [
    "SENDING_LIMIT_REACHED",
    429,
    "rateLimitExceeded",
    "User-rate limit exceeded.  Retry after 2026-01-21T12:57:51.196Z (Mail sending)",
    "send",
  ],
  ["SENDING_LIMIT_REACHED", 403, "dailyLimitExceeded", "Daily user sending limit exceeded", "send"],
  ["ACCOUNT_DISABLED", 400, "failedPrecondition", "Mail service not enabled"],
  ["ACCESS_DENIED", 403, "domainPolicy", "The domain administrators have disabled Gmail apps."],
  ["ACCESS_DENIED", 403, "forbidden", "Delegation denied for jane@example.org"],
  ["RECIPIENT_REFUSED", 400, "invalidArgument", "Recipient address required", "send"],
  ["RECIPIENT_REFUSED", 400, "invalidArgument", "Invalid To header", "send"],
  ["MESSAGE_TOO_LARGE", 413, "uploadTooLarge", "Request Entity Too Large", "send"],
  ["MESSAGE_TOO_LARGE", 400, "badRequest", "Request payload size exceeds the limit: 36700160 bytes.", "send"],
  ["MESSAGE_REFUSED", 400, "invalidArgument", "Invalid MIME structure", "send"],
  ["PROTOCOL_ERROR", 400, "badRequest", "Bad Request"],
  ["SERVER_UNAVAILABLE", 503, "backendError", "The service is currently unavailable."],
  ["SERVER_UNAVAILABLE", 500, "backendError", "Backend Error"],
];

const now = Date.parse("2026-01-21T12:57:00Z");
const context = { evidence: { host: "gmail.googleapis.com", port: 443, command: "messages.send" }, now };

for (const [code, status, reason, message, purpose = "read"] of cases)
  test(`${status} ${reason}: ${message.slice(0, 60)} is ${code}`, () => {
    const refusal = { status, body: google(status, reason, message), retryAfter: null };
    const { failure } = refusedError(refusal, { ...context, purpose });
    assert.equal(failure.code, code);
    assert.match(failure.evidence?.reply ?? "", new RegExp(`^${status} ${reason}: `));
    assert.equal(failure.retryAfterMs, message.includes("12:57:51") ? 51_196 : undefined);
  });

test("Retry-After is read as seconds or as a date, and before the message", () => {
  const wait = (retryAfter: string) => {
    const body = google(429, "rateLimitExceeded", "Retry after 2026-01-21T12:57:51.196Z");
    return refusedError({ status: 429, body, retryAfter }, { ...context, purpose: "read" }).failure.retryAfterMs;
  };
  assert.equal(wait("30"), 30_000);
  assert.equal(wait("Wed, 21 Jan 2026 12:58:00 GMT"), 60_000);
  assert.equal(wait("Wed, 21 Jan 2026 12:00:00 GMT"), 0);
  assert.equal(wait("soon"), undefined);
});

test("a token that a server repeats, and what is too long, is not in the evidence", () => {
  const token = "ya29.very-secret";
  const body = google(403, "forbidden", `no: ${token} ${"x".repeat(5000)}\r\n`);
  const { failure } = refusedError({ status: 403, body, retryAfter: null }, { ...context, purpose: "read", token });
  assert.ok(!JSON.stringify(failure).includes(token));
  assert.ok((failure.evidence?.reply?.length ?? 0) <= 500);
});

test("what does not speak Google's language is another server", () => {
  for (const body of ["<html><b>nothing</b> here</html>", "", '{"error":"no"}', "[]", "null"]) {
    const error = refusedError({ status: 404, body, retryAfter: null }, { ...context, purpose: "read" });
    assert.equal(error.failure.code, "NOT_THIS_PROTOCOL");
    assert.equal(error.codes, null);
  }
});

test("details name the reason where errors do not", () => {
  const body = google(403, "forbidden", "Denied", [{ reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }]);
  const { failure } = refusedError({ status: 403, body, retryAfter: null }, { ...context, purpose: "read" });
  assert.equal(failure.code, "CONSENT_TOO_NARROW");
});
