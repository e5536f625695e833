import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import { classifyFailure, Refused } from "./classify-failure.ts";
import { codeOfReply, type Phase, saysGone } from "./reply-rules.ts";
import { ServerLeft } from "./wire.ts";

/** What real servers say, and what it means to somebody who has to act. */
const real: readonly [string, Phase, string, FailureCode][] = [
  ["Dovecot", "authenticate", "-ERR [AUTH] Authentication failed.", "AUTHENTICATION_REJECTED"],
  ["Dovecot, busy", "authenticate", "-ERR [SYS/TEMP] Temporary authentication failure.", "SERVER_UNAVAILABLE"],
  [
    "Dovecot, plain text",
    "authenticate",
    "-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
    "AUTHENTICATION_NOT_OFFERED",
  ],
  ["Dovecot", "authenticate", "-ERR [AUTH] Unsupported authentication mechanism.", "AUTHENTICATION_NOT_OFFERED"],
  [
    "Dovecot, full",
    "authenticate",
    "-ERR [IN-USE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
    "TOO_MANY_CONNECTIONS",
  ],
  [
    "Dovecot, locked",
    "authenticate",
    "-ERR [IN-USE] Couldn't open INBOX: Timeout while waiting for lock",
    "MAILBOX_IN_USE",
  ],
  [
    "Dovecot, broken",
    "authenticate",
    "-ERR [SYS/TEMP] Internal error occurred. Refer to server log for more information.",
    "SERVER_UNAVAILABLE",
  ],
  ["Dovecot", "transaction", "-ERR Disconnected for inactivity.", "CONNECTION_LOST"],
  ["Gmail", "authenticate", "-ERR [AUTH] Username and password not accepted.", "AUTHENTICATION_REJECTED"],
  [
    "Gmail",
    "authenticate",
    "-ERR [AUTH] Application-specific password required: https://support.google.com/accounts/answer/185833",
    "APP_PASSWORD_NEEDED",
  ],
  [
    "Gmail",
    "authenticate",
    "-ERR [SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access.",
    "POP_SWITCHED_OFF",
  ],
  [
    "Gmail for a domain",
    "authenticate",
    "-ERR [SYS/PERM] POP access is disabled for your domain. Please contact your domain administrator",
    "POP_SWITCHED_OFF",
  ],
  [
    "Gmail",
    "authenticate",
    "-ERR [AUTH] Web login required: https://support.google.com/mail/answer/78754",
    "ACCOUNT_DISABLED",
  ],
  ["Gmail", "authenticate", "-ERR [SYS/PERM] Account exceeded command or bandwidth limits.", "RATE_LIMITED"],
  ["Gmail", "transaction", "-ERR [SYS/TEMP] Temporary system problem.  Please try again later.", "SERVER_UNAVAILABLE"],
  ["Gmail", "authenticate", "-ERR [IN-USE] Unable to lock maildrop: Mailbox locked", "MAILBOX_IN_USE"],
  ["Exchange", "authenticate", "-ERR Logon failure: unknown user name or bad password.", "AUTHENTICATION_REJECTED"],
  [
    "Exchange Online, a token",
    "authenticate",
    "-ERR Authentication failure: unknown user name or bad password.",
    "AUTHENTICATION_REJECTED",
  ],
  ["Exchange before TLS", "authenticate", "-ERR Command is not valid in this state.", "AUTHENTICATION_NOT_OFFERED"],
  ["Exchange", "authenticate", "-ERR Server Unavailable. 21", "SERVER_UNAVAILABLE"],
  ["Exchange", "transaction", "-ERR Connection is closed. 20", "CONNECTION_LOST"],
  ["Exchange", "authenticate", "-ERR User is authenticated but not connected.", "MAILBOX_NOT_CONNECTED"],
  ["Yahoo", "authenticate", "-ERR [AUTH] (#MBR1212) Incorrect username or password.", "AUTHENTICATION_REJECTED"],
  ["Yahoo", "authenticate", "-ERR [SYS/TEMP] Server error - Please try again later.", "SERVER_UNAVAILABLE"],
  ["Yahoo", "authenticate", "-ERR [SYS/PERM] pop not allowed for user.", "POP_SWITCHED_OFF"],
  ["Zoho", "authenticate", "-ERR [AUTH] You are yet to enable POP for your account.", "POP_SWITCHED_OFF"],
  ["Cyrus", "authenticate", "-ERR [AUTH] Invalid login", "AUTHENTICATION_REJECTED"],
  ["Courier", "authenticate", "-ERR Login failed.", "AUTHENTICATION_REJECTED"],
  ["hMailServer", "authenticate", "-ERR Your mailbox is already locked", "MAILBOX_IN_USE"],
  ["Qpopper", "authenticate", '-ERR [AUTH] Password supplied for "ann" is incorrect.', "AUTHENTICATION_REJECTED"],
  ["Qpopper", "authenticate", "-ERR [IN-USE] ann lock busy!  Is another session active? (10)", "MAILBOX_IN_USE"],
  [
    "QQ",
    "authenticate",
    "-ERR Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.",
    "AUTHENTICATION_REJECTED",
  ],
  ["RFC 2449", "authenticate", "-ERR [LOGIN-DELAY] minimum time between mail checks violation", "RATE_LIMITED"],
  ["RFC 3206", "authenticate", "-ERR [SYS/PERM] quota database is damaged", "ACCOUNT_DISABLED"],
  ["unknown words", "authenticate", "-ERR nope", "AUTHENTICATION_REJECTED"],
  ["no words", "authenticate", "-ERR", "AUTHENTICATION_REJECTED"],
  ["a block list", "greet", "-ERR go away", "SERVER_UNAVAILABLE"],
  ["STLS refused", "tls", "-ERR no", "TLS_NOT_OFFERED"],
  ["unknown words", "transaction", "-ERR whatever", "PROTOCOL_ERROR"],
];

describe("what servers say", () => {
  for (const [server, phase, reply, code] of real)
    test(`${server}: ${reply} (${phase})`, () => {
      assert.equal(codeOfReply(reply, phase), code);
    });

  for (const reply of [
    "-ERR no such message",
    "-ERR No such message, only 2 messages in maildrop",
    "-ERR Message 3 expunged.",
    "-ERR There's no message 3.",
    "-ERR Message is deleted.",
    "-ERR message 3 already deleted",
    "-ERR The requested message does not exist.",
    "-ERR Message not found",
  ])
    test(`gone: ${reply}`, () => assert.ok(saysGone(reply)));
  for (const reply of ["-ERR", "-ERR [SYS/TEMP] message not found at the moment", "-ERR cannot read message"])
    test(`not gone: ${reply}`, () => assert.ok(!saysGone(reply)));
});

describe("failures", () => {
  const context = { host: "pop.test", port: 995, phase: "authenticate" as const, secrets: ["hunter2"] };

  test("hold the server's words without the secret, the command and where it was", () => {
    const reply = `-ERR [AUTH] not hunter2 nor ${Buffer.from("\0ann\0hunter2").toString("base64")}`;
    const { code, kind, evidence } = classifyFailure(new Refused("PASS", reply), context);
    assert.deepEqual([code, kind], ["AUTHENTICATION_REJECTED", "auth"]);
    assert.deepEqual([evidence?.host, evidence?.port, evidence?.command], ["pop.test", 995, "PASS"]);
    assert.match(evidence?.reply ?? "", /not \[secret\] nor .*\[secret\]/);
    assert.doesNotMatch(evidence?.reply ?? "", /hunter2/);
  });

  test("name how long to wait where the server does", () => {
    const of = (reply: string) => classifyFailure(new Refused("PASS", reply), context).retryAfterMs;
    assert.equal(of("-ERR [LOGIN-DELAY] please wait 300 seconds"), 300_000);
    assert.equal(of("-ERR [SYS/TEMP] try again in 5 minutes"), 300_000);
    assert.equal(of("-ERR Request is throttled. Suggested Backoff Time: 92415 milliseconds"), 92_415);
    assert.equal(of("-ERR [AUTH] no"), undefined);
  });

  test("a token with too little permission is told from one that ended", () => {
    const refused = new Refused("AUTH XOAUTH2", "-ERR [AUTH] no", '{"status":"insufficient_scope"}');
    assert.equal(classifyFailure(refused, context).code, "CONSENT_TOO_NARROW");
  });

  test("words said unasked are no answer to the credentials", () => {
    assert.equal(classifyFailure(new ServerLeft("-ERR login failed"), context).code, "CONNECTION_LOST");
    assert.equal(classifyFailure(new ServerLeft("-ERR [SYS/TEMP] shutting down"), context).code, "SERVER_UNAVAILABLE");
  });

  test("network errors and failures of our own keep their code", () => {
    assert.equal(
      classifyFailure(Object.assign(new Error(), { code: "ECONNREFUSED" }), context).code,
      "CONNECTION_REFUSED",
    );
    assert.equal(classifyFailure(new FailureError(failureOf("PROTOCOL_ERROR")), context).code, "PROTOCOL_ERROR");
    assert.equal(classifyFailure(new Error("hunter2!"), context).evidence?.reply, "[secret]!");
  });
});
