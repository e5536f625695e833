import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type GraphDouble, startGraphDouble } from "@mailfleet/local/doubles";

const [from, to] = ["fleet@example.test", "ada@example.test"];
let graph: GraphDouble;
before(async () => {
  const meaning = { account: "", scopes: ["https://graph.microsoft.com/.default"], clientId: "app" };
  graph = await startGraphDouble({ oauth: { introspect: () => meaning }, mailboxes: [from, to] });
});
after(() => graph.stop());

async function ask(method: string, path: string, body?: object | string, headers: Record<string, string> = {}) {
  const response = await fetch(`${graph.url}/v1.0/users/${from}${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    headers: {
      ...{ authorization: "Bearer token", prefer: 'IdType="ImmutableId"' },
      "content-type": typeof body === "string" ? "text/plain" : "application/json",
      ...headers,
    },
  });
  const text = await response.text();
  const json = (text.startsWith("{") ? JSON.parse(text) : {}) as Record<string, never> & {
    id: string;
    uploadUrl: string;
    nextExpectedRanges: string[];
    value: { id: string }[];
    error?: { code: string };
  };
  return { status: response.status, text, json };
}

const mime = `From: <${from}>\r\nTo: <${to}>\r\nBcc: <hidden@example.test>\r\nSubject: large\r\nMessage-ID: <large@client>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\ntext\r\n`;
const draft = async () =>
  encodeURIComponent((await ask("POST", "/messages", Buffer.from(mime).toString("base64"))).json.id);
const file = (size: number) => ({
  AttachmentItem: { attachmentType: "file", name: "report ä.bin", size, contentType: "application/octet-stream" },
});
const put = (url: string, bytes: Buffer, range: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: "PUT", body: new Uint8Array(bytes), headers: { "content-range": range, ...headers } });

describe("a draft of Graph's double", () => {
  test("takes a large file in ranges and is sent with it, under the same immutable id", async () => {
    const id = await draft();
    const bytes = randomBytes(3 * 1024 * 1024 + 11);
    const { status, json } = await ask("POST", `/messages/${id}/attachments/createUploadSession`, file(bytes.length));
    assert.deepEqual([status, json.nextExpectedRanges], [201, ["0-"]]);
    const half = 5 * 327_680;
    const first = await put(json.uploadUrl, bytes.subarray(0, half), `bytes 0-${half - 1}/${bytes.length}`);
    const next = (await first.json()) as { nextExpectedRanges: string[] };
    assert.deepEqual([first.status, next.nextExpectedRanges], [200, [`${half}`]]);
    const again = await put(json.uploadUrl, bytes.subarray(0, half), `bytes 0-${half - 1}/${bytes.length}`);
    assert.equal(again.status, 416, "a range that was taken");
    const last = await put(json.uploadUrl, bytes.subarray(half), `bytes ${half}-${bytes.length - 1}/${bytes.length}`);
    assert.equal(last.status, 201);
    assert.equal(graph.openUploads, 0);
    assert.equal((await ask("POST", `/messages/${id}/send`)).status, 202);
    const sent = graph.sent.at(-1);
    assert.deepEqual([sent?.to, sent?.subject], [[to, "hidden@example.test"], "large"]);
    const part = /filename\*=utf-8''report%20%C3%A4\.bin[\s\S]*?\r\n\r\n([\s\S]*?)--/.exec(String(sent?.raw))?.[1];
    assert.ok(Buffer.from(part ?? "", "base64").equals(bytes), "the file arrives byte for byte");
    const filed = graph.addMailbox(from).messages.get(decodeURIComponent(id));
    assert.deepEqual([filed?.folder, filed?.draft], ["sentitems", false]);
    const arrived = [...graph.addMailbox(to).messages.values()].at(-1);
    assert.match(String(arrived?.raw), /Message-ID: <large@client>/);
    assert.doesNotMatch(String(arrived?.raw), /hidden/);
  });

  const refusals: [string, object, number, string][] = [
    ["too small", file(100), 400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize"],
    ["too large", file(151 * 1024 * 1024), 413, "ErrorAttachmentSizeLimitExceeded"],
    ["nameless", { AttachmentItem: { size: 4e6 } }, 400, "RequestBodyRead"],
  ];
  for (const [what, given, expected, code] of refusals)
    test(`refuses an upload that is ${what}: ${code}`, async () => {
      const { status, json } = await ask("POST", `/messages/${await draft()}/attachments/createUploadSession`, given);
      assert.deepEqual([status, json.error?.code], [expected, code]);
    });

  test("refuses ranges with a token, and of an upload that has ended", async () => {
    const { json } = await ask("POST", `/messages/${await draft()}/attachments/createUploadSession`, file(4e6));
    const bytes = Buffer.alloc(327_680);
    assert.equal(
      (await put(json.uploadUrl, bytes, "bytes 0-327679/4000000", { authorization: "Bearer token" })).status,
      401,
    );
    graph.expireUploads();
    assert.equal((await put(json.uploadUrl, bytes, "bytes 0-327679/4000000")).status, 404);
  });
});

test("a message of Graph's double is moved, marked and deleted; an id that is not immutable changes with the folder", async () => {
  graph.addMailbox(from).add(Buffer.from(mime));
  const list = async (headers: Record<string, string>) => {
    const { json } = await ask("GET", "/mailFolders/inbox/messages", undefined, headers);
    return json.value[0]?.id ?? assert.fail("no message");
  };
  const [immutable, other] = [await list({}), await list({ prefer: "" })];
  assert.notEqual(immutable, other);
  const folder = (await ask("POST", "/mailFolders", { displayName: "Undeliverable" })).json.id;
  assert.equal((await ask("POST", "/mailFolders", { displayName: "undeliverable" })).status, 409);
  const at = `/messages/${encodeURIComponent(immutable)}`;
  const moved = await ask("POST", `${at}/move`, { DestinationId: folder });
  assert.deepEqual([moved.status, moved.json.id], [201, immutable]);
  assert.equal((await ask("GET", `/messages/${encodeURIComponent(other)}`)).status, 404);
  const marked = await ask("PATCH", at, { categories: ["Undeliverable"], isRead: true });
  assert.deepEqual([marked.json.categories, marked.json.isRead], [["Undeliverable"], true]);
  assert.equal((await ask("DELETE", at)).status, 204);
  assert.equal((await ask("DELETE", at)).status, 204);
  assert.equal((await ask("GET", at)).status, 404);
});

test("a batch of Graph's double answers each request by itself", async () => {
  const response = await fetch(`${graph.url}/v1.0/$batch`, {
    method: "POST",
    headers: { authorization: "Bearer token" },
    body: JSON.stringify({
      requests: [
        { id: "1", method: "GET", url: `/users/${from}` },
        { id: "2", method: "GET", url: `/users/nobody@example.test/mailFolders/inbox` },
      ],
    }),
  });
  const { responses } = (await response.json()) as {
    responses: { id: string; status: number; body: Record<string, unknown> }[];
  };
  assert.deepEqual(
    responses.map(({ id, status }) => [id, status]),
    [
      ["1", 200],
      ["2", 404],
    ],
  );
  assert.equal(responses[0]?.body.userPrincipalName, from);
});

test("Graph's double knows blocked accounts, missing licences, mailboxes that it does not serve, and missing consent", async () => {
  const { account } = graph.addMailbox(from);
  const shown = async () => (await ask("GET", "")).json as Record<string, unknown>;
  assert.deepEqual([(await shown()).accountEnabled, ((await shown()).assignedLicenses as []).length], [true, 1]);
  Object.assign(account, { enabled: false, licensed: false, served: false });
  assert.deepEqual([(await shown()).accountEnabled, (await shown()).assignedLicenses], [false, []]);
  assert.equal((await ask("GET", "/mailFolders/inbox")).json.error?.code, "MailboxNotEnabledForRESTAPI");
  Object.assign(account, { enabled: true, licensed: true, served: true });
  graph.limitPermissions(["Mail.Send"]);
  assert.equal((await ask("GET", "")).json.error?.code, "Authorization_RequestDenied");
  assert.equal((await ask("GET", "/mailFolders/inbox")).json.error?.code, "ErrorAccessDenied");
  graph.limitPermissions(null);
});
