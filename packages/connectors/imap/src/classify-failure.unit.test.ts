import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FailureCode } from "@mailfleet/contracts";
import { classifyFailure } from "./classify-failure.ts";
import type { Phase } from "./reply-rules.ts";

const context = (phase: Phase) => ({ host: "mail.test", port: 993, phase });

/** Replies as servers send them, by phase. */
const replies: readonly [Phase, string, FailureCode][] = [
  ["authenticate", "[AUTHENTICATIONFAILED] Authentication failed.", "AUTHENTICATION_REJECTED"], // Dovecot
  ["authenticate", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "AUTHENTICATION_REJECTED"], // Gmail
  ["authenticate", "LOGIN failed.", "AUTHENTICATION_REJECTED"], // Exchange
  ["authenticate", "AUTHENTICATE failed.", "AUTHENTICATION_REJECTED"], // Exchange
  ["authenticate", "Login failed: authentication failure", "AUTHENTICATION_REJECTED"], // Cyrus
  ["authenticate", "Login failed.", "AUTHENTICATION_REJECTED"], // Courier
  ["authenticate", "[AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled", "AUTHENTICATION_REJECTED"], // Yandex
  [
    "authenticate",
    "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
    "APP_PASSWORD_NEEDED",
  ],
  ["authenticate", "Login failed: Invalid user name or password, username or password", "AUTHENTICATION_REJECTED"], // hoodiecrow, others
  ["authenticate", "[EXPIRED] That password isn't valid any more", "AUTHENTICATION_REJECTED"],
  ["authenticate", "[UNAVAILABLE] Temporary authentication failure. [mx1:2026-11-23 10:00:00]", "SERVER_UNAVAILABLE"], // Dovecot
  [
    "authenticate",
    "[UNAVAILABLE] Internal authentication failure. Refer to server log for more information.",
    "SERVER_UNAVAILABLE",
  ],
  ["authenticate", "Authentication failed: temporary failure, please try again later", "SERVER_UNAVAILABLE"],
  [
    "authenticate",
    "[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
    "AUTHENTICATION_NOT_OFFERED",
  ],
  [
    "authenticate",
    "[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)",
    "IMAP_SWITCHED_OFF",
  ],
  [
    "authenticate",
    "[ALERT] IMAP access is disabled for your domain. Please contact your domain administrator (Failure)",
    "IMAP_SWITCHED_OFF",
  ],
  [
    "authenticate",
    "[ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
    "ACCOUNT_DISABLED",
  ],
  ["authenticate", "[CONTACTADMIN] This account is closed", "ACCOUNT_DISABLED"],
  ["authenticate", "User is disabled", "ACCOUNT_DISABLED"],
  ["authenticate", "[ALERT] Too many simultaneous connections. (Failure)", "TOO_MANY_CONNECTIONS"], // Gmail
  [
    "authenticate",
    "[UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
    "TOO_MANY_CONNECTIONS",
  ], // Dovecot
  ["greet", "Maximum connection limit reached for 192.0.2.1", "TOO_MANY_CONNECTIONS"], // Courier
  ["open", "Too many open connections for user", "TOO_MANY_CONNECTIONS"],
  ["authenticate", "[INUSE] Mailbox in use", "TOO_MANY_CONNECTIONS"],
  ["fetch", "[LIMIT] FETCH Rate limit hit.", "RATE_LIMITED"], // Yahoo
  ["fetch", "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", "RATE_LIMITED"], // Gmail
  ["fetch", "Request is throttled. Suggested Backoff Time: 92415 milliseconds", "RATE_LIMITED"], // Exchange Online
  ["authenticate", "User is authenticated but not connected.", "MAILBOX_NOT_CONNECTED"], // Exchange
  ["open", "Server Unavailable. 15", "SERVER_UNAVAILABLE"], // Exchange
  [
    "open",
    "[SERVERBUG] Internal error occurred. Refer to server log for more information. [2026-11-23]",
    "SERVER_UNAVAILABLE",
  ],
  ["greet", "Server shutting down.", "SERVER_UNAVAILABLE"],
  ["fetch", "Disconnected for inactivity.", "CONNECTION_LOST"], // Dovecot, Courier
  ["fetch", "Autologout; idle for too long", "CONNECTION_LOST"], // UW, Cyrus
  ["fetch", "Connection is closed. 13", "CONNECTION_LOST"], // Exchange
  ["open", "[NONEXISTENT] Unknown Mailbox: INBOX (Failure)", "INBOX_UNAVAILABLE"], // Gmail
  ["open", "Mailbox doesn't exist: INBOX", "INBOX_UNAVAILABLE"], // Dovecot
  ["open", "[NOPERM] Permission denied", "INBOX_UNAVAILABLE"],
  ["fetch", "Something that nobody has seen before", "UNCLASSIFIED"],
];

describe("the failure that a server's reply means", () => {
  for (const [phase, text, code] of replies)
    test(`${phase}: ${text} → ${code}`, () => {
      const responseCode = /^\[([A-Z]+)\]/.exec(text)?.[1];
      const error = Object.assign(new Error("Command failed"), {
        responseStatus: "NO",
        response: text,
        ...(phase === "authenticate" && { authenticationFailed: true }),
        ...(responseCode && { serverResponseCode: responseCode }),
      });
      const failure = classifyFailure(error, context(phase));
      assert.equal(failure.code, code);
      assert.equal(failure.evidence?.reply, text);
    });

  test("a token's challenge is evidence, and one about scopes is a permission too narrow", () => {
    const refused = (status: string) =>
      classifyFailure(
        Object.assign(new Error("Command failed"), {
          authenticationFailed: true,
          responseStatus: "NO",
          response: "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
          serverResponseCode: "AUTHENTICATIONFAILED",
          oauthError: { status, schemes: "Bearer", scope: "https://mail.google.com/" },
        }),
        context("authenticate"),
      );
    assert.equal(refused("400").code, "AUTHENTICATION_REJECTED");
    assert.match(refused("400").evidence?.reply ?? "", /Invalid credentials \(Failure\); {"status":"400"/);
    assert.equal(refused("insufficient_scope").code, "CONSENT_TOO_NARROW");
  });

  test("a back-off that Exchange Online asks for is passed on", () => {
    const error = Object.assign(new Error("Command failed"), {
      code: "ETHROTTLE",
      responseText: "Request is throttled. Suggested Backoff Time: 92415 milliseconds",
      throttleReset: 92_415,
    });
    const failure = classifyFailure(error, context("fetch"));
    assert.deepEqual([failure.code, failure.kind, failure.retryAfterMs], ["RATE_LIMITED", "throttled", 92_415]);
  });

  test("a refused sign-in in unknown words still is one; a broken connection during it is not", () => {
    const refused = Object.assign(new Error("Command failed"), {
      authenticationFailed: true,
      responseStatus: "NO",
      response: "Nein",
    });
    assert.equal(classifyFailure(refused, context("authenticate")).code, "AUTHENTICATION_REJECTED");
    const lost = Object.assign(new Error("Connection not available"), {
      authenticationFailed: true,
      code: "NoConnection",
    });
    assert.equal(classifyFailure(lost, context("authenticate")).code, "CONNECTION_LOST");
  });

  test("BYE words explain a lost connection", () => {
    const lost = Object.assign(new Error("Connection not available"), { code: "NoConnection" });
    const failure = classifyFailure(lost, { ...context("greet"), bye: "Too many connections from your IP" });
    assert.equal(failure.code, "TOO_MANY_CONNECTIONS");
  });
});

/** Errors of the network and of TLS. */
const systemCodes: readonly [string, FailureCode][] = [
  ["ECONNREFUSED", "CONNECTION_REFUSED"],
  ["ENOTFOUND", "HOST_NOT_FOUND"],
  ["EAI_AGAIN", "NAME_SERVICE_UNAVAILABLE"],
  ["ETIMEDOUT", "CONNECTION_TIMEOUT"],
  ["GREETING_TIMEOUT", "CONNECTION_TIMEOUT"],
  ["ECONNRESET", "CONNECTION_LOST"],
  ["EHOSTUNREACH", "NETWORK_UNREACHABLE"],
  ["CERT_HAS_EXPIRED", "TLS_CERTIFICATE_EXPIRED"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS_CERTIFICATE_UNTRUSTED"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "TLS_CERTIFICATE_UNTRUSTED"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS_NAME_MISMATCH"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "PORT_SPEAKS_PLAIN"],
  ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "TLS_HANDSHAKE_FAILED"],
  ["NoConnection", "CONNECTION_LOST"],
  ["ParserError11", "PROTOCOL_ERROR"],
];

describe("the failure that a system's error means", () => {
  for (const [systemCode, code] of systemCodes)
    test(`${systemCode} → ${code}`, () => {
      const failure = classifyFailure(Object.assign(new Error("x"), { code: systemCode }), context("greet"));
      assert.equal(failure.code, code);
      assert.equal(failure.evidence?.systemCode, systemCode);
    });

  test("the first of several addresses speaks for all", () => {
    const each = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
    assert.equal(classifyFailure(new AggregateError([each]), context("greet")).code, "CONNECTION_REFUSED");
  });

  test("a password that the server repeats is taken out", () => {
    const error = Object.assign(new Error("x"), {
      responseStatus: "BAD",
      responseText: "Unknown command LOGIN u s3cr3t!",
    });
    const failure = classifyFailure(error, { ...context("authenticate"), secrets: ["s3cr3t!"] });
    assert.ok(!JSON.stringify(failure).includes("s3cr3t!"));
  });
});
