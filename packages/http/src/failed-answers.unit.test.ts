import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Secret } from "@mailfleet/contracts";
import { failureOfStatus, retryAfterMs } from "./index.ts";

const now = Date.parse("2026-03-01T10:00:00Z");
const after = (text: string) => retryAfterMs(new Headers({ "retry-after": text }), now);

describe("how long a server asks to wait", () => {
  for (const [text, expected] of [
    ["120", 120_000],
    ["0", 0],
    ["Sun, 01 Mar 2026 10:01:00 GMT", 60_000],
    ["Sunday, 01-Mar-26 10:01:00 GMT", 60_000],
    ["Sun, 01 Mar 2026 09:00:00 GMT", 0],
    ["999999999", 86_400_000],
    ["Fri, 01 Mar 2999 10:00:00 GMT", 86_400_000],
    ["-5", undefined],
    ["1.5", undefined],
    ["soon", undefined],
    ["", undefined],
  ] as const)
    test(`"${text}" is ${expected} ms`, () => assert.equal(after(text), expected));
});

describe("an answer that reports a failure", () => {
  const answer = (status: number, body = "", headers = {}) =>
    failureOfStatus({
      status,
      headers: new Headers(headers),
      body,
      url: "https://api.test:8443/v1/me?access_token=abc",
      now,
      secrets: [new Secret("s3cr3t-token")],
    });

  for (const [status, code] of [
    [200, "PROTOCOL_ERROR"],
    [302, "REDIRECT_REFUSED"],
    [400, "UNCLASSIFIED"],
    [401, "AUTHENTICATION_REJECTED"],
    [403, "ACCESS_DENIED"],
    [408, "CONNECTION_TIMEOUT"],
    [413, "MESSAGE_TOO_LARGE"],
    [429, "RATE_LIMITED"],
    [500, "SERVER_UNAVAILABLE"],
    [503, "SERVER_UNAVAILABLE"],
  ] as const)
    test(`${status} is ${code}`, () => assert.equal(answer(status).code, code));

  test("says where, in the server's words, without query or secret", () => {
    const body = '<html><style>p{}</style><p>No:\n\n "s3cr3t-token" Bearer abcdefghijkl</p></html>';
    const failure = answer(503, body, { "retry-after": "7" });
    assert.deepEqual(failure.evidence, {
      host: "api.test",
      port: 8443,
      command: "/v1/me",
      reply: '503 No: "[secret]" Bearer [secret]',
    });
    assert.equal(failure.retryAfterMs, 7000);
  });

  test("is cut", () => {
    assert.equal(answer(500, "<".repeat(300_000)).evidence?.reply?.length, 500);
  });
});
