import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FailureCode } from "@mailfleet/contracts";
import { classifyReply } from "./classify-reply.ts";
import { ReplyReader } from "./reply.ts";
import type { Stage } from "./reply-rules.ts";

/** Texts of real servers, at the stage where they say them. */
const texts: [stage: Stage, code: FailureCode, reply: string][] = [
  // Signing in
  [
    "auth",
    "AUTHENTICATION_REJECTED",
    "535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials a1 - gsmtp",
  ],
  [
    "auth",
    "APP_PASSWORD_NEEDED",
    "534-5.7.9 Application-specific password required. For more information, go to\r\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor",
  ],
  [
    "auth",
    "AUTHENTICATION_REJECTED",
    "534-5.7.14 <https://accounts.google.com/signin/continue> Please log in via your web browser\r\n534 5.7.14 and then try again.",
  ],
  [
    "auth",
    "AUTHENTICATION_REJECTED",
    "535 5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
  ],
  ["auth", "AUTHENTICATION_REJECTED", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6"],
  [
    "auth",
    "ACCOUNT_DISABLED",
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
  ],
  [
    "auth",
    "ACCOUNT_DISABLED",
    "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect or the account is locked",
  ],
  [
    "auth",
    "SERVER_UNAVAILABLE",
    "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
  ],
  ["auth", "RATE_LIMITED", "454 4.7.0 Too many login attempts, please try again later. x - gsmtp"],
  ["auth", "RATE_LIMITED", "421 4.7.0 Too many bad auth attempts"],
  ["auth", "RATE_LIMITED", "421 4.7.0 Try again later, closing connection. (EHLO) x - gsmtp"],
  ["greeting", "RATE_LIMITED", "421 4.7.0 Try again later, closing connection. x - gsmtp"],
  [
    "auth",
    "AUTHENTICATION_NOT_OFFERED",
    "550 5.7.30 Basic authentication is not supported for Client Submission. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
  ],
  ["auth", "AUTHENTICATION_NOT_OFFERED", "538 5.7.11 Encryption required for requested authentication mechanism"],
  ["auth", "AUTHENTICATION_NOT_OFFERED", "503 5.5.1 Error: authentication not enabled"],
  ["auth", "AUTHENTICATION_NOT_OFFERED", "530 5.7.0 Must issue a STARTTLS command first"],
  [
    "auth",
    "TOO_MANY_CONNECTIONS",
    "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.",
  ],
  // Before that
  [
    "greeting",
    "SERVER_UNAVAILABLE",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
  ],
  ["greeting", "TOO_MANY_CONNECTIONS", "421 4.7.0 mail.example.org Error: too many connections from 192.0.2.1"],
  ["greeting", "SERVER_UNAVAILABLE", "421 4.3.2 Service not available, closing transmission channel"],
  ["hello", "NOT_THIS_PROTOCOL", "500 5.5.1 Command unrecognized"],
  ["starttls", "SERVER_UNAVAILABLE", "454 4.7.0 TLS not available due to local problem"],
  // Sender
  ["mail", "SENDER_REFUSED", "550 5.7.1 Client does not have permissions to send as this sender"],
  ["mail", "SENDER_REFUSED", "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b@example.org"],
  ["rcpt", "SENDER_REFUSED", "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b@example.org"],
  ["final", "SENDER_REFUSED", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"],
  [
    "final",
    "SENDER_REFUSED",
    "554 5.2.252 SendAsDenied; b@example.org not allowed to send as a@example.org; STOREDRV.Submission.Exception:SendAsDeniedException",
  ],
  ["mail", "SENDER_REFUSED", "550 5.1.0 sender rejected"],
  ["mail", "AUTHENTICATION_REJECTED", "530 5.7.57 Client not authenticated to send mail."],
  ["mail", "AUTHENTICATION_NOT_OFFERED", "530 5.7.0 Must issue a STARTTLS command first."],
  ["mail", "SERVER_UNAVAILABLE", "452 4.3.1 Insufficient system storage"],
  ["mail", "SERVER_UNAVAILABLE", "451 4.7.1 Service unavailable - try again later"],
  ["mail", "ACCOUNT_DISABLED", "550 5.1.8 Access denied, bad outbound sender AS(42004)"],
  // Limits
  [
    "final",
    "SENDING_LIMIT_REACHED",
    "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\r\n550 5.4.5 sending limits go to https://support.google.com/a/answer/166852",
  ],
  ["mail", "SENDING_LIMIT_REACHED", "550 5.4.5 Daily user sending quota exceeded. x - gsmtp"],
  [
    "final",
    "SENDING_LIMIT_REACHED",
    "421-4.7.28 Gmail has detected an unusual rate of email originating from your\r\n421 4.7.28 SPF domain",
  ],
  [
    "final",
    "SENDING_LIMIT_REACHED",
    "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception",
  ],
  ["mail", "SENDING_LIMIT_REACHED", "550 5.4.6 Unusual sending activity detected. Please try after sometime"],
  ["rcpt", "SENDING_LIMIT_REACHED", "550 5.7.1 Hourly sending limit exceeded for user@example.org"],
  [
    "mail",
    "SENDING_LIMIT_REACHED",
    "450 Requested mail action not taken: mailbox unavailable. Mail send limit exceeded.",
  ],
  [
    "rcpt",
    "SENDING_LIMIT_REACHED",
    "550 Domain example.org has exceeded the max emails per hour (500/500 (100%)) allowed. Message discarded.",
  ],
  ["rcpt", "RATE_LIMITED", "450 4.7.1 Error: too much mail from 192.0.2.1"],
  [
    "mail",
    "RATE_LIMITED",
    "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints",
  ],
  ["mail", "RATE_LIMITED", "451 4.7.1 Rate limit exceeded, slow down"],
  ["rcpt", "RATE_LIMITED", "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)"],
  ["auth", "RATE_LIMITED", "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS761)"],
  ["final", "AUTHENTICATION_NOT_OFFERED", "550 5.7.30 Basic authentication is not supported for Client Submission."],
  ["mail", "SENDING_LIMIT_REACHED", "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail"],
  ["final", "TOO_MANY_CONNECTIONS", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"],
  // Recipients
  [
    "rcpt",
    "RECIPIENT_REFUSED",
    "550 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown in local recipient table",
  ],
  ["rcpt", "RECIPIENT_REFUSED", "554 5.7.1 <a@example.com>: Relay access denied"],
  ["rcpt", "RECIPIENT_REFUSED", "552 5.2.2 <a@example.com>: Mailbox is over quota"],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.org.html",
  ],
  ["rcpt", "MESSAGE_DEFERRED", "452 4.5.3 Error: too many recipients"],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "452-4.2.2 The email account that you tried to reach is over quota\r\n452 4.2.2 https://support.google.com/mail/?p=OverQuotaTemp",
  ],
  ["data", "RECIPIENT_REFUSED", "554 5.5.1 Error: no valid recipients"],
  // The message
  ["mail", "MESSAGE_TOO_LARGE", "552 5.3.4 Message size exceeds fixed limit"],
  [
    "final",
    "MESSAGE_TOO_LARGE",
    "552-5.3.4 Your message exceeded Google's message size limits.\r\n552 5.3.4 Please visit",
  ],
  ["final", "MESSAGE_TOO_LARGE", "552 Message size exceeds maximum permitted"],
  [
    "final",
    "MESSAGE_REFUSED",
    "552-5.7.0 This message was blocked because its content presents a potential\r\n552 5.7.0 security issue.",
  ],
  ["final", "MESSAGE_REFUSED", "554 5.7.1 Message rejected as spam by Content Filtering."],
  [
    "final",
    "MESSAGE_REFUSED",
    "550 5.7.1 Message contains spam or virus. For more information, contact your administrator",
  ],
  ["final", "MESSAGE_DEFERRED", "451 4.7.1 Greylisting in action, please come back later"],
  ["final", "SERVER_UNAVAILABLE", "452 4.3.1 Out of storage"],
  ["final", "SERVER_UNAVAILABLE", "421 4.3.0 Server shutting down"],
  ["final", "MESSAGE_DEFERRED", "451 4.3.9 something unheard of"],
  ["final", "PROTOCOL_ERROR", "503 5.5.1 Bad sequence of commands"],
];

describe("classifyReply", () => {
  for (const [stage, code, text] of texts)
    it(`at ${stage}: ${text.slice(0, 70).replaceAll("\r\n", " ")} is ${code}`, () => {
      const [reply] = new ReplyReader().read(`${text}\r\n`);
      assert.ok(reply);
      const { failure } = classifyReply(stage, reply);
      assert.equal(failure.code, code);
      assert.equal(failure.evidence?.reply, text.replaceAll("\r\n", " "));
    });

  it("names every 4xx and 5xx at every stage, and no 4xx permanent or refused for good", () => {
    const stages: Stage[] = ["greeting", "hello", "starttls", "auth", "mail", "rcpt", "data", "final"];
    for (const stage of stages)
      for (let code = 400; code < 500; code++) {
        const { failure } = classifyReply(stage, { code, enhanced: "", lines: ["no"], text: `${code} no` });
        assert.ok(["transient", "throttled"].includes(failure.kind), `${stage} ${code} is ${failure.code}`);
        assert.notEqual(failure.code, "PROTOCOL_ERROR");
      }
  });

  it("follows a wait that the server names", () => {
    const reply = {
      code: 450,
      enhanced: "4.7.1",
      lines: ["4.7.1 Greylisted, try again in 5 minutes"],
      text: "450 4.7.1 Greylisted, try again in 5 minutes",
    };
    assert.equal(classifyReply("rcpt", reply).failure.retryAfterMs, 300_000);
  });
});

describe("ReplyReader", () => {
  it("puts replies together whatever the chunks", () => {
    const reader = new ReplyReader();
    assert.deepEqual(reader.read("250-a.exam"), []);
    assert.deepEqual(reader.read("ple\r\n250 SI"), []);
    assert.deepEqual(reader.read("ZE 10\r").length, 0);
    const [reply, second] = reader.read("\n354 go\r\n");
    assert.deepEqual([reply?.code, reply?.lines, second?.code], [250, ["a.example", "SIZE 10"], 354]);
    assert.ok(reader.isEmpty);
  });
  it("refuses what is no SMTP", () => {
    assert.throws(() => new ReplyReader().read("HTTP/1.1 400 Bad Request\r\n"), { name: "MalformedReply" });
    assert.throws(() => new ReplyReader().read("x".repeat(20_000)), { name: "MalformedReply" });
  });
});
