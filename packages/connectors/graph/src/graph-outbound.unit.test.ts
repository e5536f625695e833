import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ConnectOptions, UncertainError } from "@mailfleet/connector-api";
import { FailureError, failureOf, Secret, type TestStep } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { graphOutbound } from "./graph-outbound.ts";

const raw = Buffer.from("From: bot@example.org\r\nTo: Ann <ann@example.org>\r\nSubject: Hi\r\n\r\nHello\r\n");
const envelope = { from: "bot@example.org", to: ["ann@example.org"] };
const graphError = (status: number, code: string, message = "", headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ error: { code, message } }), { status, headers });
const accepted = () => new Response(null, { status: 202, headers: { "request-id": "4c1d" } });

interface Sent {
  readonly url: string;
  readonly token: string | null;
  readonly mail: string;
}

/** A mailbox whose Graph answers with these, one after another. */
function given(...answers: (() => Response)[]) {
  const sent: Sent[] = [];
  const renewals: boolean[] = [];
  const fetch: GuardedFetch = async (url, init) => {
    const headers = new Headers(init?.headers);
    const body = Buffer.concat([...(init?.pieces?.() ?? [])]).toString();
    const mail = Buffer.from(body, "base64").toString();
    sent.push({ url: String(url), token: headers.get("authorization"), mail });
    const answer = answers[sent.length - 1];
    if (!answer) throw new Error("nobody expected this request");
    return answer();
  };
  const options: ConnectOptions = {
    mailboxId: "mb_x",
    address: "bot+fleet@example.org",
    server: { host: "graph.test", port: 443, security: "tls", apiUrl: "https://graph.test/" },
    credentials: {
      type: "token",
      username: "bot@example.org",
      accessToken: async ({ renew }) => {
        renewals.push(renew);
        return new Secret(renew ? "fresh-t0ken" : "old-t0ken");
      },
    },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 1000,
  };
  const connector = graphOutbound({ fetch });
  const submit = (to = envelope.to, bytes: Uint8Array = raw) =>
    connector.open(options, 1).submit({ ...envelope, to }, bytes, AbortSignal.timeout(5000));
  return { sent, renewals, options, connector, submit };
}

async function failureOfSubmit(...answers: (() => Response)[]) {
  const { submit } = given(...answers);
  const error = await submit().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailureError, String(error));
  return error.failure;
}

describe("sending by Graph", () => {
  test("a message goes as it is, from the mailbox, with its token", async () => {
    const { sent, submit } = given(accepted);
    assert.deepEqual(await submit(), { answer: "202 accepted by Graph (request 4c1d)", rejected: [] });
    assert.deepEqual(sent, [
      {
        url: "https://graph.test/v1.0/users/bot%2Bfleet%40example.org/sendMail",
        token: "Bearer old-t0ken",
        mail: raw.toString(),
      },
    ]);
  });

  test("recipients whom the header does not name become Bcc", async () => {
    const { sent, submit } = given(accepted);
    await submit(["ann@example.org", "Bob@example.org"]);
    assert.equal(sent[0]?.mail, `Bcc: Bob@example.org\r\n${raw}`);
  });

  test("an address cannot end its field", async () => {
    const { sent, submit } = given();
    await assert.rejects(submit(["x@example.org\r\nTo: y@example.org"]), /RECIPIENT_REFUSED/);
    assert.equal(sent.length, 0);
  });

  test("a refused token is renewed once, and only once", async () => {
    const { sent, renewals, submit } = given(() => graphError(401, "InvalidAuthenticationToken"), accepted);
    await submit();
    assert.deepEqual(renewals, [false, true]);
    assert.equal(sent[1]?.token, "Bearer fresh-t0ken");
    const refused = () => graphError(401, "InvalidAuthenticationToken", "Lifetime validation failed");
    const failure = await failureOfSubmit(refused, refused);
    assert.equal(failure.code, "AUTHENTICATION_REJECTED");
    assert.match(failure.evidence?.reply ?? "", /InvalidAuthenticationToken: Lifetime/);
  });

  for (const [status, code, expected, message] of [
    [403, "ErrorAccessDenied", "MAILBOX_OUT_OF_SCOPE", "Access is denied. Check credentials and try again."],
    [403, "Authorization_RequestDenied", "MAILBOX_OUT_OF_SCOPE", "Insufficient privileges to complete the operation."],
    [404, "ErrorInvalidUser", "MAILBOX_NOT_FOUND", "The requested user 'bot@example.org' is invalid."],
    [404, "ResourceNotFound", "MAILBOX_NOT_FOUND", "Resource could not be discovered."],
    [404, "MailboxNotEnabledForRESTAPI", "MAILBOX_NOT_ONLINE", "REST API is not yet supported for this mailbox."],
    [403, "ErrorSendAsDenied", "SENDER_REFUSED", "The user account does not have the right to send as this address."],
    [400, "ErrorInvalidRecipients", "RECIPIENT_REFUSED", "At least one recipient is not valid."],
    [400, "ErrorMimeContentInvalidBase64String", "MESSAGE_REFUSED", "Invalid base64 string for MIME content."],
    [413, "RequestBodyTooLarge", "MESSAGE_TOO_LARGE", "The request body is too large."],
    [429, "ErrorExceededMessageLimit", "SENDING_LIMIT_REACHED", "Cannot send mail."],
    [429, "ApplicationThrottled", "RATE_LIMITED", "Application is over its MailboxConcurrency limit."],
    [503, "ServiceUnavailable", "SERVER_UNAVAILABLE", ""],
    [500, "ErrorInternalServerError", "SERVER_UNAVAILABLE", ""],
    [500, "ErrorServerBusy", "RATE_LIMITED", ""],
  ] as const)
    test(`${status} ${code} is ${expected}, in Graph's own words`, async () => {
      const failure = await failureOfSubmit(() => graphError(status, code, message));
      assert.equal(failure.code, expected);
      assert.equal(failure.evidence?.reply, `${status} ${code}: ${message}`.trim());
    });

  test("Retry-After is handed on, and nothing is made up where there is none", async () => {
    const slow = (headers: Record<string, string>) => () => graphError(429, "TooManyRequests", "", headers);
    assert.equal((await failureOfSubmit(slow({ "retry-after": "17" }))).retryAfterMs, 17_000);
    assert.equal((await failureOfSubmit(slow({}))).retryAfterMs, undefined);
  });

  test("what does not speak Graph's language is no refusal of Graph's", async () => {
    const page = () => new Response("<h1>Nothing here</h1>", { status: 404 });
    assert.equal((await failureOfSubmit(page)).code, "NOT_THIS_PROTOCOL");
  });

  test("a token that Graph repeats is in no evidence", async () => {
    const failure = await failureOfSubmit(() => graphError(403, "ErrorAccessDenied", "not for old-t0ken"));
    assert.doesNotMatch(JSON.stringify(failure), /old-t0ken/);
  });

  test("certainly not sent and perhaps sent are told apart", async () => {
    const fails = (code: "CONNECTION_REFUSED" | "CONNECTION_LOST" | "CONNECTION_TIMEOUT") => () => {
      throw new FailureError(failureOf(code));
    };
    assert.equal((await failureOfSubmit(fails("CONNECTION_REFUSED"))).code, "CONNECTION_REFUSED");
    for (const answer of [
      () => new Response("hello", { status: 200 }),
      fails("CONNECTION_LOST"),
      fails("CONNECTION_TIMEOUT"),
      () => new Response("", { status: 504 }),
    ])
      await assert.rejects(given(answer).submit(), UncertainError);
  });
});

describe("testing by Graph", () => {
  const unasked = () => graphError(401, "InvalidAuthenticationToken");
  const unread = () => graphError(403, "Authorization_RequestDenied");
  const run = async (answer: (() => Response) | undefined, probe: boolean) => {
    const { connector, options } = given(unasked, ...(answer ? [unread, answer] : []));
    const told: TestStep[] = [];
    const message = probe ? { envelope, raw } : null;
    const report = await connector.test(options, message, (step) => told.push(step), AbortSignal.timeout(5000));
    assert.deepEqual(told, report.steps);
    return report;
  };

  test("it signs in and sends", async () => {
    const { steps, failure } = await run(accepted, true);
    assert.deepEqual(
      steps.map(({ step, outcome }) => `${step} ${outcome}`),
      ["connect ok", "authenticate ok", "account skipped", "access skipped", "send ok"],
    );
    assert.equal(failure, null);
  });

  test("without a message it only gets a token", async () => {
    assert.equal((await run(undefined, false)).steps.length, 2);
  });

  test("a step that fails says why and what to do", async () => {
    const { steps, failure } = await run(() => graphError(403, "ErrorAccessDenied", "Access is denied."), true);
    const last = steps.at(-1);
    assert.equal(last?.code, "MAILBOX_OUT_OF_SCOPE");
    assert.match(last?.detail ?? "", /Access is denied/);
    assert.ok(last?.remedy);
    assert.equal(failure?.code, "MAILBOX_OUT_OF_SCOPE");
  });
});
