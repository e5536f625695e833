import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type GmailDouble, type GmailTrouble, startGmailDouble } from "@mailfleet/local/doubles";

const address = "ada@example.test";
const largest = 20_000;
const scopesOf: Readonly<Record<string, string>> = {
  good: "https://mail.google.com/",
  sender: "https://www.googleapis.com/auth/gmail.send",
  metadata: "https://www.googleapis.com/auth/gmail.metadata",
};
let gmail: GmailDouble;

before(async () => {
  gmail = await startGmailDouble({
    ...{ mailboxes: [address], maximumMessageBytes: largest },
    oauth: {
      introspect: (token) => {
        const scope = scopesOf[token];
        return scope ? { account: address, clientId: "app", scopes: [scope] } : null;
      },
    },
  });
});
after(() => gmail.stop());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & {
    readonly error?: { code: number; status: string; errors: { reason: string }[] };
  };
}

async function call(path: string, { token = "good", ...init }: RequestInit & { token?: string } = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, ...init.headers };
  const { status, headers: got, ...response } = await ask(path, { ...init, headers });
  return { status, headers: got, body: JSON.parse(response.text) as Answer["body"] };
}

async function ask(path: string, init: RequestInit) {
  const response = await fetch(`${gmail.url}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const me = "/gmail/v1/users/me";
const reasonOf = ({ body }: Answer) => body.error?.errors[0]?.reason;
const send = (raw: string) =>
  call(`${me}/messages/send`, {
    method: "POST",
    body: JSON.stringify({ raw: Buffer.from(raw).toString("base64url") }),
  });
const upload = (raw: string) =>
  call(`/upload${me}/messages/send?uploadType=media`, {
    ...{ method: "POST", body: raw, headers: { "content-type": "message/rfc822" } },
  });
const mail = (more = "", body = "text\r\n") =>
  `From: Somebody <else@example.test>\r\nTo: bob@example.test\r\nBcc: hidden@example.test\r\n${more}Subject: s\r\n\r\n${body}`;

describe("Gmail's double refuses", () => {
  const refusals: [string, GmailTrouble, number, string, string | null][] = [
    ["a bad token", { reason: "authError" }, 401, "authError", null],
    ["what is forbidden", { reason: "domainPolicy" }, 403, "domainPolicy", null],
    ["too much, as Gmail did once", { reason: "userRateLimitExceeded" }, 403, "userRateLimitExceeded", null],
    ["too much", { status: 429 }, 429, "rateLimitExceeded", null],
    ["too much for now", { status: 429, headers: { "retry-after": "7" } }, 429, "rateLimitExceeded", "7"],
    ["with 500", { status: 500 }, 500, "internalError", null],
    ["with 503", { status: 503 }, 503, "backendError", null],
  ];
  for (const [what, trouble, status, reason, retryAfter] of refusals)
    test(`${what}: ${status}, and serves the next request`, async () => {
      gmail.failNext({ path: "/profile", ...trouble });
      const refused = await call(`${me}/profile`);
      assert.deepEqual(
        [refused.status, refused.body.error?.code, reasonOf(refused), refused.headers.get("retry-after")],
        [status, status, reason, retryAfter],
      );
      assert.equal((await call(`${me}/profile`)).status, 200);
    });

  test("by the token and what it is good for", async () => {
    const required = await ask(`${me}/profile`, {});
    assert.equal(required.status, 401);
    assert.match(required.headers.get("www-authenticate") ?? "", /^Bearer realm=/);
    assert.equal((await call(`${me}/profile`, { token: "unknown" })).status, 401);
    const sender = await call(`${me}/messages`, { token: "sender" });
    assert.deepEqual([sender.status, reasonOf(sender)], [403, "insufficientPermissions"]);
    const { id } = gmail.deliver(address, mail());
    const bodies = await call(`${me}/messages/${id}?format=raw`, { token: "metadata" });
    assert.deepEqual([bodies.status, reasonOf(bodies)], [403, "insufficientPermissions"]);
    const other = await call("/gmail/v1/users/bob@example.test/profile");
    assert.deepEqual([other.status, reasonOf(other)], [403, "forbidden"]);
    assert.equal((await call("/gmail/v1/users/%E0%A4%A/profile")).status, 403);
  });

  test("everything while the API is switched off in the project", async (t) => {
    gmail.switchApiOff();
    t.after(() => gmail.switchApiOn());
    const refused = await call(`${me}/profile`);
    assert.deepEqual([refused.status, reasonOf(refused)], [403, "accessNotConfigured"]);
  });

  test("slowly, or with half an answer", async () => {
    gmail.failNext({ delayMs: 60_000 });
    await assert.rejects(call(`${me}/profile`, { signal: AbortSignal.timeout(100) }), /TimeoutError/);
    gmail.failNext({ status: 200, body: { historyId: "1" }, cutOff: true });
    await assert.rejects(call(`${me}/profile`));
  });

  test("single parts of a batch", async () => {
    const id = gmail.deliver(address, mail()).id;
    const part = (n: number) =>
      `--b\r\nContent-Type: application/http\r\nContent-ID: <${n}>\r\n\r\nGET ${me}/messages/${id}?format=minimal HTTP/1.1\r\n` +
      "Authorization: Bearer good\r\n\r\n\r\n";
    gmail.failNext({ path: `/messages/${id}`, status: 429 });
    const { status, text } = await ask("/batch/gmail/v1", {
      ...{ method: "POST", headers: { "content-type": "multipart/mixed; boundary=b", authorization: "Bearer good" } },
      body: `${part(1)}${part(2)}--b--\r\n`,
    });
    assert.equal(status, 200);
    assert.deepEqual(
      [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, code]) => code),
      ["429", "200"],
    );
    assert.match(text, /Content-ID: <response-1>/i);
  });
});

test("a history id that is too old, or that was never given, is not found; a new one is good", async () => {
  const { historyId } = (await call(`${me}/profile`)).body;
  const since = (id: unknown) => call(`${me}/history?startHistoryId=${id}`);
  const { id } = gmail.deliver(address, mail());
  const { body } = await since(historyId);
  const [first] = body.history as { messagesAdded: { message: { id: string } }[] }[];
  assert.equal(first?.messagesAdded[0]?.message.id, id);
  gmail.expireHistory();
  const lost = await since(historyId);
  assert.deepEqual([lost.status, reasonOf(lost)], [404, "notFound"]);
  const { historyId: fresh } = (await call(`${me}/profile`)).body;
  assert.equal((await since(fresh)).status, 200);
  assert.equal((await since(Number(fresh) + 1)).status, 404);
});

describe("Gmail's double sends", () => {
  test("another message than it was given: Message-ID, From, order, Bcc, line ends", async () => {
    const heard: (readonly string[])[] = [];
    gmail.onSend = (_raw, recipients) => heard.push(recipients);
    const { status, body } = await send(mail("MESSAGE-ID: <mine@client>\r\n", "one\ntwo\r\n"));
    gmail.onSend = undefined;
    assert.equal(status, 200);
    const raw = String(gmail.sent(address).find(({ id }) => id === body.id)?.raw);
    assert.match(raw, /^Message-ID: <CA\+[\w-]+@mail\.gmail\.com>\r$/m);
    assert.match(raw, /^X-Google-Original-Message-ID: <mine@client>\r$/m);
    assert.match(raw, /^From: Somebody <ada@example\.test>\r$/m);
    assert.ok(raw.indexOf("Subject:") < raw.indexOf("From:"));
    assert.doesNotMatch(raw, /^Bcc:/im);
    assert.match(raw, /\r\n\r\none\r\ntwo\r\n$/);
    assert.deepEqual(heard, [["bob@example.test", "hidden@example.test"]]);
  });

  test("nothing that is too large: as an upload 413, as JSON 400 once it is beyond all measure", async () => {
    const before = gmail.sent(address).length;
    for (const way of [send, upload]) {
      const refused = await way(mail("", "x".repeat(largest)));
      assert.deepEqual([refused.status, reasonOf(refused)], [413, "uploadTooLarge"]);
    }
    const beyond = mail("", "x".repeat(200_000));
    assert.deepEqual([(await upload(beyond)).status, (await send(beyond)).status], [413, 400]);
    assert.equal(gmail.sent(address).length, before);
    assert.equal((await upload(mail())).status, 200);
  });

  test("nothing to nobody, nothing that is not Base64, nothing over the day's limit", async (t) => {
    assert.equal((await send("From: ada@example.test\r\n\r\n")).status, 400);
    const bad = await call(`${me}/messages/send`, { method: "POST", body: '{"raw":"*"}' });
    assert.deepEqual([bad.status, reasonOf(bad)], [400, "invalidArgument"]);
    gmail.dailySendLimit = 0;
    t.after(() => {
      gmail.dailySendLimit = null;
    });
    const limited = await send(mail());
    assert.deepEqual([limited.status, reasonOf(limited)], [429, "rateLimitExceeded"]);
  });

  test("although its answer is lost: the sender cannot know it", async () => {
    const before = gmail.sent(address).length;
    gmail.failNext({ path: "/send", cutOff: true });
    await assert.rejects(send(mail()));
    assert.equal(gmail.sent(address).length, before + 1);
  });
});
