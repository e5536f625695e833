import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ConnectOptions, PermissionRefused, type StreamedMessage, UncertainError } from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import { createGuardedFetch, type GuardedFetch } from "@mailfleet/http";
import { type GraphDouble, startGraphDouble, type Trouble } from "@mailfleet/local/doubles";
import { liveBytes } from "@mailfleet/local/testing";
import { graphOutbound } from "../src/index.ts";

const from = "fleet@example.org";
const envelope = { from, to: ["ada@example.org", "hidden@example.org"] };
const megabyte = 1024 * 1024;
const noise = (size: number) => Buffer.from(Uint8Array.from({ length: size }, (_, n) => (n * 7 + (n >> 8)) & 255));
const b64 = (bytes: Buffer) => bytes.toString("base64").replace(/(.{76})/g, "$1\r\n");
const head = [
  `From: ${from}`,
  "To: ada@example.org",
  "Subject: large",
  "Message-ID: <large@example.org>",
  "X-Mailfleet-Send: sn_large",
  "MIME-Version: 1.0",
];
const file = (name: string, bytes: Buffer, type = "application/pdf", ...more: string[]) =>
  [
    ...["--m", `Content-Type: ${type}`, `Content-Disposition: attachment; ${name}`, ...more],
    ...["Content-Transfer-Encoding: base64", "", b64(bytes)],
  ].join("\r\n");
const mixed = (...parts: string[]) =>
  Buffer.from(
    [...head, "Content-Type: multipart/mixed; boundary=m", "", "--m", "", "Hello", ...parts, "--m--", ""].join("\r\n"),
  );
const streamed = (raw: Buffer): StreamedMessage => ({
  size: raw.length,
  eightBit: false,
  eightBitHeader: false,
  stream: async function* () {
    for (let at = 0; at < raw.length; at += 65_000) yield raw.subarray(at, at + 65_000);
  },
});

describe("sending large messages by Microsoft Graph", { timeout: 120_000 }, () => {
  const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
  let graph: GraphDouble;
  let scope = "https://graph.microsoft.com/.default";
  before(async () => {
    graph = await startGraphDouble({
      mailboxes: [from],
      oauth: { introspect: (token) => (token === "good" ? { account: "", clientId: "app", scopes: [scope] } : null) },
    });
  });
  after(async () => {
    await graph.stop();
    await fetch.close();
  });
  const options = (apiUrl = graph.url): ConnectOptions => ({
    mailboxId: "mb_test",
    address: from,
    server: { host: "graph", port: 443, security: "tls", apiUrl },
    credentials: { type: "token", username: from, accessToken: async () => new Secret("good") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 5000,
  });
  const submit = (raw: Buffer, permission?: Parameters<ReturnType<typeof session>["submit"]>[3]) =>
    session().submit(envelope, streamed(raw), AbortSignal.timeout(60_000), permission);
  const session = (by: GuardedFetch = fetch) => graphOutbound({ fetch: by }).open(options(), 1);
  const inFolder = (name: string) =>
    [...graph.addMailbox(from).messages.values()].filter(({ folder }) => folder === name);
  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => assert.fail("it was sent"),
      (error: unknown) => {
        assert.ok(error instanceof FailureError, String(error));
        return error.failure;
      },
    );
  const noTraces = (sent: number) => {
    assert.deepEqual([graph.sent.length, inFolder("drafts").length], [sent, 0]);
  };

  test("files go beside the message, byte for byte, and what is ours in the header stays", async () => {
    const [large, small, image] = [noise(7 * megabyte + 13), noise(2 * megabyte), noise(4 * megabyte)];
    const before = graph.sent.length;
    const raw = mixed(
      file("filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", large),
      file("filename=small.pdf", small),
      file("filename=i.png", image, "image/png", "Content-ID: <i@x>").replace("attachment;", "inline;"),
    );
    const { answer, rejected } = await submit(raw);
    assert.match(answer, /^202/);
    assert.deepEqual(rejected, []);
    noTraces(before + 1);
    assert.equal(graph.openUploads, 0);
    const sent = inFolder("sentitems").at(-1);
    assert.deepEqual(
      sent?.attachments.map(({ name, contentType, isInline, contentId, bytes }) => [
        ...[name, contentType, isInline, contentId],
        [large, small, image].findIndex((one) => one.equals(bytes)),
      ]),
      [
        ["Grüße.pdf", "application/pdf", false, undefined, 0],
        ["i.png", "image/png", true, "i@x", 2],
      ],
    );
    const text = sent?.raw.toString("latin1") ?? "";
    assert.match(text, /Message-ID: <large@example\.org>/i);
    assert.match(text, /X-Mailfleet-Send: sn_large/i);
    assert.ok(text.includes(b64(small).slice(0, 1000)), "the small file stayed in the message");
    assert.deepEqual([...(graph.sent.at(-1)?.to ?? [])].sort(), [...envelope.to].sort());
    // One request at a time.
    assert.equal(graph.addMailbox(from).mostAtOnce, 1);
  });

  test("many files of less than 3 MB go one by one", async () => {
    const files = Array.from({ length: 5 }, (_, n) => noise(megabyte + n));
    await submit(mixed(...files.map((bytes, n) => file(`filename=${n}.pdf`, bytes))));
    const kept = inFolder("sentitems").at(-1)?.attachments ?? [];
    assert.ok(kept.length >= 3 && kept.every(({ bytes }) => files.some((one) => one.equals(bytes))));
  });

  // 4 MB are the limit of a request, and the double refuses more: what counts is the request, not the file or the message.
  for (const below of [200, 1])
    test(`a file of ${below} bytes less than 3 MB arrives`, async () => {
      const bytes = noise(3 * megabyte - below);
      await submit(mixed(file(`filename=${"n".repeat(100)}.pdf`, bytes)));
      assert.ok(inFolder("sentitems").at(-1)?.attachments[0]?.bytes.equals(bytes));
    });

  for (const below of [30, 0])
    test(`a message of ${below} bytes less than 3 MB, with recipients whom its header does not name, arrives`, async () => {
      const before = graph.sent.length;
      const small = mixed(file("filename=a.pdf", noise(2 * megabyte)));
      const fill = Buffer.from(`--m\r\nContent-Type: text/plain\r\n\r\n${"x".repeat(76)}\r\n`.padEnd(200));
      const text = "x\r\n".repeat(megabyte);
      const raw = Buffer.concat([small.subarray(0, -7), Buffer.from("\r\n"), fill, Buffer.from(text)]);
      await submit(raw.subarray(0, 3 * megabyte - below));
      assert.equal(graph.sent.length, before + 1);
      assert.deepEqual([...(graph.sent.at(-1)?.to ?? [])].sort(), [...envelope.to].sort());
    });

  test("a text that cannot be divided is refused with the reason, and nothing is begun", async () => {
    const before = graph.requests.length;
    const text = Buffer.from([...head, "", `${"x".repeat(76)}\r\n`.repeat(50_000)].join("\r\n"));
    const { code, kind, evidence } = await failureOf(submit(text));
    assert.deepEqual([code, kind], ["MESSAGE_TOO_LARGE", "message"]);
    assert.match(evidence?.reply ?? "", /cannot be uploaded as attachments .*at most 3145728 bytes/);
    assert.equal(graph.requests.length, before);
  });

  const large = () => mixed(file("filename=a.pdf", noise(4 * megabyte)));
  const troubles: readonly [string, string, Trouble, RegExp][] = [
    ["the draft is refused", "/messages", { status: 503 }, /SERVER_UNAVAILABLE/],
    ["the session is refused", "createUploadSession", { status: 503 }, /SERVER_UNAVAILABLE/],
    ["the upload breaks", "attachmentsessions", { cutOff: true }, /CONNECTION_LOST/],
    ["a gateway answers an upload", "attachmentsessions", { status: 504 }, /CONNECTION_TIMEOUT/],
    ["the file is too large for the organisation", "createUploadSession", { status: 413 }, /MESSAGE_TOO_LARGE/],
    ["sending is refused", "/send", { status: 429 }, /RATE_LIMITED/],
  ];
  for (const [what, path, trouble, code] of troubles)
    test(`${what}: certainly not sent, and no draft is left`, async () => {
      const before = graph.sent.length;
      graph.failNext({ path, ...trouble });
      assert.match((await failureOf(submit(large()))).code, code);
      noTraces(before);
    });

  for (const trouble of [{ status: 502 }, { cutOff: true }] as const)
    test(`the answer to the last request is lost (${JSON.stringify(trouble)}): nobody knows`, async () => {
      graph.failNext({ path: "/send", ...trouble });
      await assert.rejects(submit(large()), UncertainError);
    });

  test("without the permission to send, nothing is sent, and the draft is taken away", async () => {
    const before = graph.sent.length;
    const drafts = inFolder("drafts").length;
    const permission = { ask: async () => {}, holds: () => false };
    await assert.rejects(submit(large(), permission), PermissionRefused);
    assert.deepEqual([graph.sent.length, inFolder("drafts").length], [before, drafts]);
  });

  test("an application that may only send is told which permission a large message needs", async () => {
    scope = "Mail.Send";
    const { code, kind, evidence } = await failureOf(submit(large()));
    scope = "https://graph.microsoft.com/.default";
    assert.deepEqual([code, kind], ["MESSAGE_TOO_LARGE", "message"]);
    assert.match(evidence?.reply ?? "", /Mail\.ReadWrite/);
  });

  for (const uploadUrl of [
    "https://evil.example/upload",
    "http://outlook.office.com/x",
    "https://office.com.evil.example",
    7,
  ])
    test(`an address for the upload that is not Microsoft's gets nothing: ${uploadUrl}`, async () => {
      graph.failNext({ path: "createUploadSession", status: 201, body: { uploadUrl } });
      assert.equal((await failureOf(submit(large()))).code, "PROTOCOL_ERROR");
    });

  test("25 MB need at most 16 MB of memory", async (t) => {
    const live = () => liveBytes().buffers;
    let most = 0;
    let bytes = 0;
    const base = live();
    const answers: GuardedFetch = Object.assign(
      async (url: unknown, init?: Parameters<GuardedFetch>[1]) => {
        for (const piece of init?.pieces?.() ?? []) bytes += piece.byteLength;
        most = Math.max(most, live() - base);
        if (String(url).endsWith("/messages")) return Response.json({ id: "draft" }, { status: 201 });
        if (String(url).includes("Session"))
          return Response.json({ uploadUrl: "https://outlook.office.com/up" }, { status: 201 });
        return new Response(null, { status: String(url).endsWith("/send") ? 202 : 200 });
      },
      { close: async () => {} },
    );
    const line = Buffer.from(`${"QUJD".repeat(19)}\r\n`.repeat(800));
    const start = Buffer.from(
      [...head, "Content-Type: multipart/mixed; boundary=m", "", "--m", "Content-Type: application/zip; name=a.zip"]
        .concat("Content-Transfer-Encoding: base64", "", "")
        .join("\r\n"),
    );
    const count = Math.ceil((25 * megabyte) / line.length);
    const message: StreamedMessage = {
      ...streamed(Buffer.alloc(0)),
      size: start.length + count * line.length + 7,
      stream: async function* () {
        yield start;
        for (let n = 0; n < count; n += 1) yield Buffer.from(line);
        yield Buffer.from("--m--\r\n");
      },
    };
    await session(answers).submit(envelope, message, AbortSignal.timeout(60_000));
    t.diagnostic(`${(most / megabyte).toFixed(1)} MB at most, ${(bytes / megabyte).toFixed(1)} MB uploaded`);
    assert.ok(bytes > 18 * megabyte);
    assert.ok(most <= 16 * megabyte, `${(most / megabyte).toFixed(1)} MB`);
  });
});
