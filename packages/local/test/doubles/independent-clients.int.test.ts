import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type GmailDouble,
  type GraphDouble,
  makeCertificate,
  type OAuthDouble,
  startGmailDouble,
  startGraphDouble,
  startOAuthDouble,
} from "../../src/doubles/index.ts";
import { runPython, withoutPythonClients } from "../../src/doubles/python/python-clients.ts";
import { tempDir } from "../../src/testing/start-engines.ts";

const skip = await withoutPythonClients();
const script = (name: string) => fileURLToPath(new URL(`python/${name}.py`, import.meta.url));
const address = "ann@example.test";
const mail = (n: number) => `From: a@elsewhere.test\r\nTo: ${address}\r\nSubject: number ${n}\r\n\r\ntext\r\n`;
const scopes = ["https://www.googleapis.com/auth/gmail.readonly", "https://www.googleapis.com/auth/gmail.send"];

describe("the doubles of Google, used by Google's own Python client", { skip }, () => {
  let oauth: OAuthDouble;
  let gmail: GmailDouble;
  before(async () => {
    oauth = await startOAuthDouble();
    oauth.addAccount(address);
    gmail = await startGmailDouble({ oauth, mailboxes: [address, "bob@example.test"] });
  });
  after(async () => {
    await Promise.all([gmail.stop(), oauth.stop()]);
  });

  test("a service account with delegation lists, reads in a batch, sends, and follows the history", async () => {
    for (const n of [1, 2, 3]) gmail.deliver(address, mail(n));
    const key = oauth.addServiceAccount();
    oauth.delegate(key.client_id, scopes);
    const seen = await runPython(script("gmail_client"), { key, address, to: "bob@example.test", api: gmail.url });
    const sent = gmail.sent(address);
    assert.deepEqual(seen, {
      ...{ address, total: 3, subjects: ["number 1", "number 2", "number 3"] },
      ...{ sent: sent[0]?.id, added: [sent[0]?.id], lostHistory: 404 },
    });
    assert.equal(sent.length, 1);
    const raw = String(sent[0]?.raw);
    assert.match(raw, /Message-ID: <[^>]+@mail\.gmail\.com>/i);
    assert.doesNotMatch(raw, /^Message-ID: <mine@client>/im, "Gmail replaces the Message-ID");
    assert.equal(gmail.inbox("bob@example.test").length, 1);
  });

  test("refusals are understood, and what passes is tried again", async () => {
    const key = oauth.addServiceAccount();
    oauth.delegate(key.client_id, ["https://mail.google.com/"]);
    gmail.failNext({ status: 403, reason: "dailyLimitExceeded" });
    gmail.failNext({ status: 429 });
    gmail.failNext({ status: 429, headers: { "retry-after": "7" } });
    gmail.failNext({ status: 500 });
    gmail.failNext({ status: 503 });
    gmail.failNext({ delayMs: 60_000 });
    gmail.failNext({ status: 200, body: { emailAddress: address }, cutOff: true });
    // Google's client fetches a new token after a 401, and waits and asks again after the others, if it may.
    for (const status of [401, 429, 503]) gmail.failNext({ status });
    const retries = [0, 0, 0, 0, 0, 0, 0, 2];
    const tokens = () => oauth.requests.filter(({ grantType }) => grantType?.endsWith(":jwt-bearer")).length;
    const before = tokens();
    const seen = await runPython(script("gmail_troubles"), { key, address, api: gmail.url, retries });
    assert.deepEqual(seen, [
      [403, "dailyLimitExceeded", null],
      [429, "rateLimitExceeded", null],
      [429, "rateLimitExceeded", "7"],
      [500, "internalError", null],
      [503, "backendError", null],
      "TimeoutError",
      "IncompleteRead",
      address,
    ]);
    assert.equal(tokens(), before + 2);
  });

  test("a service account without delegation is refused in Google's words", async () => {
    const key = oauth.addServiceAccount();
    const { refused } = (await runPython(script("google_auth_refused"), { key, address })) as { refused: string };
    assert.match(refused, /unauthorized_client/);
  });
});

describe("the doubles of Microsoft, used by O365 with msal and by msgraph-sdk with azure-identity", { skip }, () => {
  let oauth: OAuthDouble;
  let graph: GraphDouble;
  let ca: string;
  let remove: () => Promise<void>;
  before(async () => {
    const certificate = await makeCertificate();
    const folder = await tempDir("graph-client");
    remove = folder.remove;
    ca = join(folder.path, "ca.pem");
    await writeFile(ca, certificate.certificate);
    oauth = await startOAuthDouble({ certificate });
    graph = await startGraphDouble({ oauth, certificate, mailboxes: ["fleet@example.test"] });
  });
  after(async () => {
    await Promise.all([graph?.stop(), oauth?.stop()]);
    await remove?.();
  });

  const tenant = "11111111-2222-4333-8444-555555555555";
  const sendMails = (messages: number) => {
    const { clientId, clientSecret } = oauth.addClient();
    return runPython(
      script("graph_client"),
      {
        ...{ authority: `${oauth.issuer}/${tenant}`, graph: graph.url, tenant, clientId, clientSecret, messages },
        ...{ from: "fleet@example.test", to: "ada@example.test" },
      },
      ca,
    );
  };

  test("an application with its secret sends a mail", async () => {
    assert.deepEqual(await sendMails(1), { signedIn: true, sent: [true] });
    const [sent] = graph.sent;
    assert.deepEqual(
      [sent?.from, sent?.to, sent?.subject, sent?.contentType],
      ["fleet@example.test", ["ada@example.test"], "by O365", "html"],
    );
  });

  test("refusals are understood", async () => {
    const before = graph.sent.length;
    for (const status of [401, 403, 429, 500, 503]) graph.failNext({ status });
    graph.failNext({ status: 429, headers: { "retry-after": "7" } });
    graph.failNext({ delayMs: 60_000 });
    graph.failNext({ cutOff: true });
    assert.deepEqual(await sendMails(9), {
      signedIn: true,
      sent: [
        [401, "InvalidAuthenticationToken"],
        [403, "ErrorAccessDenied"],
        [429, "ApplicationThrottled"],
        [500, "InternalServerError"],
        [503, "ServiceUnavailable"],
        [429, "ApplicationThrottled"],
        "ReadTimeout",
        "ConnectionError",
        true,
      ],
    });
    assert.equal(graph.sent.length, before + 2, "the answer that was cut off told of a message that had gone");
  });

  test("mail is read, marked, moved, and sent with a large file in an upload session", async () => {
    const { clientId, clientSecret } = oauth.addClient();
    graph.addMailbox("fleet@example.test").add(Buffer.from(mail(1)));
    const before = graph.sent.length;
    const seen = await runPython(
      script("graph_mail"),
      {
        ...{ authority: `${oauth.issuer}/${tenant}`, graph: graph.url, tenant, clientId, clientSecret },
        ...{ from: "fleet@example.test", to: "ada@example.test" },
      },
      ca,
    );
    assert.deepEqual(seen, {
      ...{ mime: mail(1), moved: true, inFolder: [["number 1", ["Undeliverable"]]], left: 0, saved: true, sent: true },
    });
    const [sent] = graph.sent.slice(before);
    assert.deepEqual([sent?.to, sent?.subject], [["ada@example.test"], "large, by O365"]);
    assert.ok((sent?.raw?.length ?? 0) > 4 * 1024 * 1024);
    assert.equal(graph.requests.filter(({ method }) => method === "PUT").length, 2);
  });

  test("Microsoft's own SDK follows a folder, reads, moves, sends, uploads, and understands refusals", async () => {
    const { clientId, clientSecret } = oauth.addClient();
    const [from, to, outside] = ["sdk@example.test", "ada@example.test", "outside@example.test"];
    const mailbox = graph.addMailbox(from);
    for (const n of [1, 2, 3]) mailbox.add(Buffer.from(mail(n)));
    graph.addMailbox(outside);
    graph.limitScope([from]);
    const before = graph.sent.length;
    const mime = `From: ${from}\r\nTo: ${to}\r\nSubject: as MIME\r\n\r\nhello\r\n`;
    const given = { authority: oauth.issuer, host: new URL(graph.url).hostname, graph: graph.url, tenant };
    const seen = await runPython(
      script("msgraph_mail"),
      { ...given, clientId, clientSecret, from, to, outside, mime },
      ca,
    ).finally(() => graph.limitScope(null));
    assert.deepEqual(seen, {
      pages: [["number 1", "number 2"], ["number 3"]],
      mime: mail(1),
      // Only an immutable id is the same after the move.
      ...{ sameId: true, sameOldId: false, oldIdAfterMove: [404, "ErrorItemNotFound"] },
      later: [[null]],
      large: { expected: ["2097152"], files: [["large.bin", 4_194_304]], sameId: true, isDraft: false },
      outside: [403, "ErrorAccessDenied"],
      nobody: [404, "ErrorInvalidUser"],
      noMessage: [404, "ErrorItemNotFound"],
      lost: [410, "SyncStateNotFound"],
    });
    const sent = graph.sent.slice(before);
    assert.deepEqual(
      sent.map((one) => [one.to, one.subject, one.contentType]),
      [
        [[to], "by msgraph-sdk", "html"],
        [[to], "as MIME", "mime"],
        [[to], "large, by msgraph-sdk", "mime"],
      ],
    );
    assert.equal(String(sent[1]?.raw), mime);
    assert.ok((sent[2]?.raw?.length ?? 0) > 4 * 1024 * 1024);
  });
});
