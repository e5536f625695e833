import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type GraphDouble, startGraphDouble, type Trouble } from "@mailfleet/local/doubles";

const from = "fleet@example.test";
const meanings: Readonly<Record<string, { account: string; scopes: string[] }>> = {
  application: { account: "", scopes: ["https://graph.microsoft.com/.default"] },
  person: { account: from, scopes: ["openid", "https://graph.microsoft.com/Mail.Send"] },
  narrow: { account: "", scopes: ["https://graph.microsoft.com/Mail.Read"] },
};
let graph: GraphDouble;

before(async () => {
  graph = await startGraphDouble({
    oauth: {
      introspect: (token) => {
        const meaning = meanings[token];
        return meaning ? { ...meaning, clientId: "app" } : null;
      },
    },
  });
  graph.addMailbox(from);
});
after(() => graph.stop());

const message = {
  subject: "hello",
  body: { contentType: "HTML", content: "<p>text</p>" },
  toRecipients: [{ emailAddress: { address: "ada@example.test" } }],
  ccRecipients: [{ emailAddress: { address: "bob@example.test" } }],
};
const json = JSON.stringify({ message, saveToSentItems: false });

async function post(
  body: string,
  {
    user = `users/${from}`,
    token = "application",
    type = "application/json",
    signal = AbortSignal.timeout(30_000),
  } = {},
) {
  const response = await fetch(`${graph.url}/v1.0/${user}/sendMail`, {
    ...{ method: "POST", body, signal },
    headers: { "content-type": type, ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  const text = await response.text();
  const { error } = (text ? JSON.parse(text) : {}) as {
    error?: { code: string; message: string; innerError: { "request-id": string } };
  };
  return { status: response.status, retryAfter: response.headers.get("retry-after"), text, error };
}

describe("Graph's double takes", () => {
  test("a message in JSON from an application, and from a person as himself", async () => {
    for (const given of [{}, { user: "me", token: "person" }, { token: "person" }]) {
      const { status, text } = await post(json, given);
      assert.deepEqual([status, text], [202, ""]);
      const { raw, ...sent } = graph.sent.at(-1) ?? assert.fail("nothing was sent");
      assert.deepEqual(sent, {
        ...{ from, to: ["ada@example.test", "bob@example.test"], subject: "hello" },
        ...{ body: "<p>text</p>", contentType: "html" },
      });
      assert.equal(raw, undefined);
    }
  });

  test("a message as MIME, byte for byte", async () => {
    const raw = `From: ${from}\r\nTo: Ada\r\n <ada@example.test>\r\nSubject: hello\r\n\r\ntext\r\n`;
    const { status } = await post(Buffer.from(raw).toString("base64"), { type: "text/plain" });
    assert.equal(status, 202);
    const sent = graph.sent.at(-1);
    assert.deepEqual([sent?.to, sent?.subject, sent?.contentType], [["ada@example.test"], "hello", "mime"]);
    assert.equal(String(sent?.raw), raw);
  });
});

describe("Graph's double refuses", () => {
  const refusals: [string, Parameters<typeof post>, number, string][] = [
    ["without a token", [json, { token: "" }], 401, "InvalidAuthenticationToken"],
    ["a token that it does not know", [json, { token: "unknown" }], 401, "InvalidAuthenticationToken"],
    ["a token without Mail.Send", [json, { token: "narrow" }], 403, "ErrorAccessDenied"],
    ["a person as somebody else", [json, { token: "person", user: "users/b@example.test" }], 403, "ErrorAccessDenied"],
    ["a mailbox that is not there", [json, { user: "users/nobody@example.test" }], 404, "ErrorInvalidUser"],
    ["/me without a person", [json, { user: "me" }], 400, "BadRequest"],
    ["a user that is no text", [json, { user: "users/%E0%A4%A" }], 404, "ErrorInvalidUser"],
    ["what is not JSON", ["{"], 400, "RequestBodyRead"],
    ["what is not Base64", ["From: *", { type: "text/plain" }], 400, "ErrorMimeContentInvalid"],
    ["a message to nobody", ['{"message":{}}'], 400, "ErrorInvalidRecipients"],
    ["more than 4 MB", [`"${"x".repeat(4 * 1024 * 1024)}"`], 413, "RequestTooLarge"],
  ];
  for (const [what, given, status, code] of refusals)
    test(`${what}: ${status} ${code}`, async () => {
      const before = graph.sent.length;
      const refused = await post(...given);
      assert.deepEqual([refused.status, refused.error?.code], [status, code]);
      assert.ok(refused.error?.message && refused.error.innerError["request-id"]);
      assert.equal(graph.sent.length, before);
    });

  const troubles: [Trouble, string, string | null][] = [
    [{ status: 429, headers: { "retry-after": "7" } }, "ApplicationThrottled", "7"],
    [{ status: 429 }, "ApplicationThrottled", null],
    [{ status: 500 }, "InternalServerError", null],
    [{ status: 503 }, "ServiceUnavailable", null],
  ];
  for (const [trouble, code, retryAfter] of troubles)
    test(`once with ${trouble.status}, Retry-After ${retryAfter ?? "absent"}, when it is told to`, async () => {
      graph.failNext(trouble);
      const refused = await post(json);
      assert.deepEqual([refused.status, refused.error?.code, refused.retryAfter], [trouble.status, code, retryAfter]);
      assert.equal((await post(json)).status, 202);
    });
});

test("Graph's double is slow, cut off, or silent about what it has sent", async () => {
  const before = graph.sent.length;
  graph.failNext({ delayMs: 60_000 });
  await assert.rejects(post(json, { signal: AbortSignal.timeout(100) }), /TimeoutError/);
  graph.failNext({ status: 503, cutOff: true });
  await assert.rejects(post(json));
  assert.equal(graph.sent.length, before);
  graph.failNext({ cutOff: true });
  await assert.rejects(post(json));
  assert.equal(graph.sent.length, before + 1);
  assert.equal(graph.requests.at(-1)?.status, 0);
});
