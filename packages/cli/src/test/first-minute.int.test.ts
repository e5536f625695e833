import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ApiClient } from "@mailfleet/client";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

describe("what a person meets on the command line", () => {
  let api: ApiDouble;
  let folder: string;
  before(async () => {
    api = await startApiDouble();
    folder = await mkdtemp(join(tmpdir(), "mailfleet-cli-"));
    api.on("GET /mailboxes", { body: { items: [], next: null } });
  });
  after(async () => {
    await api?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const mailfleet = (args: string, options?: Parameters<typeof run>[2]) => run(api.url, args.split(" "), options);
  const tokenFile = async (text: string) => {
    const file = join(folder, "admin-token");
    await writeFile(file, text);
    return file;
  };

  it("its version", async () => {
    const { code, out } = await mailfleet("--version");
    assert.equal(code, 0);
    assert.match(out, /^\d+\.\d+\.\d+$/);
  });

  it("the token of the local stack is found, and goes to this machine only", async () => {
    await tokenFile("mft_local\n");
    const env = { MAILFLEET_URL: api.url };
    assert.equal((await mailfleet("mailbox list", { env, localFolder: folder })).code, 0);
    assert.equal(api.seen.at(-1)?.headers.authorization, "Bearer mft_local");
    await writeFile(join(folder, "console-url"), `${api.url}\n`);
    const seen = api.seen.length;
    assert.equal((await mailfleet("mailbox list", { env: {}, localFolder: folder })).code, 0);
    assert.equal(api.seen.length, seen + 1, "and its address, whatever port it has");
    const away = await mailfleet("mailbox list", {
      env: { MAILFLEET_URL: "http://192.0.2.1:1" },
      localFolder: folder,
    });
    assert.deepEqual([away.code, /No token/.test(away.err)], [2, true]);
  });

  it("a token with something beside it is refused, and not shown", async () => {
    const before = api.seen.length;
    for (const text of [
      "mft_secret\nsecond line",
      "# comment\nmft_secret",
      "mft_secret mft_other",
      "\u00e9mft_secret",
    ]) {
      const { code, out, err } = await mailfleet(`mailbox list --token-file ${await tokenFile(text)}`);
      assert.equal(code, 2);
      assert.match(err, /more than the token/);
      assert.doesNotMatch(out + err, /mft_secret/);
    }
    assert.equal(api.seen.length, before);
  });

  it("a token file that cannot be read, or that everybody can read, is named, with what to do", async () => {
    const { code, err } = await mailfleet("mailbox list --token-file /nonexistent/token");
    assert.equal(code, 2);
    assert.match(err, /^The token file \/nonexistent\/token cannot be read: there is no such file\. Name another/);
    assert.match((await mailfleet(`mailbox list --token-file ${folder}`)).err, /it is a folder/);
    const file = await tokenFile("mft_open");
    await chmod(file, 0o644);
    assert.match((await mailfleet(`mailbox list --token-file ${file}`)).err, /Everybody .* chmod o= /);
    await chmod(file, 0o600);
    assert.equal((await mailfleet(`mailbox list --token-file ${file}`)).err, "");
  });

  it("a refused token: where it came from and who makes another, nothing about headers", async () => {
    const body = { code: "UNAUTHENTICATED", detail: "It is not known.", remedy: "Send `Authorization: …`." };
    api.on("GET /alerts", { status: 401, body });
    const { err } = await mailfleet("alert list");
    assert.match(err, /^It is not known\.\nThe token comes from --token-file.*tokens create/);
    assert.doesNotMatch(err, /Authorization/);
  });

  it("the address as `npm start` prints it, with its path", async () => {
    const env = { MAILFLEET_URL: `${api.url}/api/v1/`, MAILFLEET_TOKEN: "mft_test" };
    assert.equal((await mailfleet("mailbox list", { env })).code, 0);
  });

  it("an entry of a list, and what a command has by itself, are named by their options", async () => {
    const refuse = (route: string, pointer: string) =>
      api.on(route, { status: 400, body: { code: "INVALID", detail: "x", errors: [{ pointer, reason: "is wrong" }] } });
    for (const [route, pointer, args, option] of [
      ["PATCH /settings", "/allowedNetworks/0", "settings set --allowed-networks x", "--allowed-networks"],
      ["POST /tokens", "/role", "tokens create x --role x", "--role"],
      ["POST /tokens", "/expiresAt", "tokens create x --role reader --expires-in 1m", "--expires-in"],
      ["GET /events", "/type/0", "events --type x", "--type"],
      ["GET /events", "Last-Event-ID", "events --after x", "--after"],
      ["POST /mailboxes/mb_sales01/sends", "/to/1", "send mb_sales01 --to a@example.org --to x", "--to"],
      ["POST /mailboxes/mb_sales01/sends", "/text", "send mb_sales01 --to a@example.org", "--text"],
    ] as const) {
      refuse(route, pointer);
      api.on("GET /settings", { body: { v: 1 } });
      const { err } = await mailfleet(args);
      assert.ok(err.includes(`  ${option} is wrong`), `${args}: ${err}`);
    }
    const { err } = await mailfleet("mailbox test mb_sales01 --direction x");
    assert.match(err, /--direction must be inbound, outbound or act, not x/);
  });

  it("a profile is named in the same way everywhere, and what there is can be looked up", async () => {
    api.on("GET /profiles", { body: { items: [{ id: "pf_main01", name: "Main" }], next: null } });
    assert.equal((await mailfleet("mailbox list --profile Main")).code, 0);
    assert.equal(api.seen.at(-1)?.query.get("profileId"), "pf_main01");
    const { code, err } = await mailfleet("mailbox list --profile Other");
    assert.deepEqual([code, /There is no profile Other\. `mailfleet profile list`/.test(err)], [2, true]);
    assert.match((await mailfleet("mailbox set-credentials mb_sales01")).err, /required option '--username <name>'/);
  });

  it("a message without an answer can be sent again without being sent twice", async () => {
    api.on("POST /mailboxes/mb_sales01/sends", { status: 503, body: { code: "UNAVAILABLE", detail: "It is away." } });
    const args = "send mb_sales01 --to a@example.org --text Hi";
    const { code, err } = await mailfleet(args);
    const key = api.seen.at(-1)?.headers["idempotency-key"];
    assert.deepEqual([code, err.includes(`--idempotency-key ${key}`)], [1, true]);
    await mailfleet(`${args} --idempotency-key ${key}`);
    assert.equal(api.seen.at(-1)?.headers["idempotency-key"], key);
    const refused = await run("http://127.0.0.1:9", args.split(" "));
    assert.deepEqual([refused.code, refused.err.includes("idempotency")], [3, false], "it cannot have arrived");
  });

  it("deleting asks first, or wants --yes where nobody can be asked", async () => {
    api.on("DELETE /mailboxes/sales%40example.org", { status: 204 });
    const before = api.seen.length;
    assert.equal((await mailfleet("mailbox delete sales@example.org")).code, 2);
    assert.equal((await mailfleet("mailbox delete sales@example.org", { answer: "no" })).code, 2);
    assert.equal(api.seen.length, before);
    assert.equal((await mailfleet("mailbox delete sales@example.org", { answer: "yes" })).code, 0);
    assert.equal((await mailfleet("mailbox delete sales@example.org --yes")).code, 0);
    assert.equal(api.seen.length, before + 2);
  });

  it("another owner stops the mailbox, and the command says so", async () => {
    const mailbox = { id: "mb_sales01", v: 7, address: "sales@example.org", lifecycle: "enabled.running" };
    api.on("GET /mailboxes/sales%40example.org", { body: mailbox });
    api.on("PATCH /mailboxes/mb_sales01", { body: { ...mailbox, lifecycle: "pendingApproval" } });
    const { out } = await mailfleet("mailbox update sales@example.org --owner eve@example.org");
    assert.match(out, /It has stopped.*mailfleet mailbox approve sales@example\.org/);
    api.on("PATCH /mailboxes/mb_sales01", { body: mailbox });
    assert.doesNotMatch((await mailfleet("mailbox update sales@example.org --name Sales")).out, /stopped/);
  });

  it("a send that still waits when the time is up is not a failure, and nobody is told to repeat it", async () => {
    const send = { id: "sn_one1", to: [], attempts: [], rejectedRecipients: [], answer: null, lastError: null };
    api.on("POST /mailboxes/sales%40example.org/sends", { status: 202, body: { ...send, state: "accepted" } });
    api.on("GET /sends/sn_one1", { body: { ...send, state: "waiting" } });
    api.on("GET /events", { status: 403, body: { code: "FORBIDDEN", detail: "not for owners" } });
    const args = "send sales@example.org --to a@example.net --text Hi --wait --timeout 1";
    const { code, out, err } = await mailfleet(args);
    assert.equal(code, 4);
    assert.match(out, /Not sent yet: it waits until the mailbox can send\./);
    assert.match(err, /do not send it again. `mailfleet mailbox show sales@example\.org` tells more/);
    api.on("GET /sends/sn_one1", { body: { ...send, state: "uncertain" } });
    const uncertain = await mailfleet(args);
    assert.deepEqual([uncertain.code, /may have been sent/.test(uncertain.out)], [1, true]);
  });

  it("events say from whom a message is and why one failed", async () => {
    const failure = { kind: "message", code: "RECIPIENT_REFUSED", evidence: { reply: "550 nobody" } };
    const event = (type: string, body: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, at: "2026-01-31T08:00:00.000Z", mailboxId: "mb_sales01", body })}\n\n`;
    api.on("GET /events", (_, response: ServerResponse) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("event: ready\ndata: {}\n\n");
      response.write(event("mail.received.v1", { from: [{ name: "Lee, Ann", address: "ann@example.org" }] }));
      response.end(event("mail.failed.v1", { failure }));
    });
    const { code, out } = await mailfleet("events");
    assert.equal(code, 0);
    assert.match(out, /mail\.received\.v1 .* from="Lee, Ann" <ann@example\.org>/);
    assert.match(out, /mail\.failed\.v1 .* RECIPIENT_REFUSED 550 nobody/);
  });

  it("an owner, whose token opens no live view, waits for a test, too, and lists profiles", async () => {
    api.on("GET /events", { status: 403, body: { code: "FORBIDDEN", detail: "not for owners" } });
    const off = { configured: false, state: "off", enabled: false, lastTest: null };
    const view = (lastTest: object | null) => ({
      id: "mb_sales01",
      address: "sales@example.org",
      lifecycle: "enabled.running",
      directions: {
        inbound: { ...off, configured: true, state: "enabled.running", enabled: true, lastTest },
        outbound: off,
        act: off,
      },
    });
    let tested = false;
    api.on("POST /mailboxes/mb_sales01/test", (_, response: ServerResponse) => {
      tested = true;
      response.writeHead(202, { "content-type": "application/json" }).end("{}");
    });
    api.on("GET /mailboxes/mb_sales01", (_, response: ServerResponse) => {
      const result = { at: "2026-01-31T08:00:00.000Z", outcome: "ok", steps: [{ step: "list", outcome: "ok", ms: 1 }] };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(view(tested ? result : null)));
    });
    const { code, out } = await mailfleet("mailbox test mb_sales01 --wait");
    assert.equal(code, 0);
    assert.match(out, /inbound +list +ok/);
    api.on("GET /profiles", { body: { items: [{ id: "pf_main01", name: "Main", type: "other" }] } });
    const listed = await mailfleet("profile list");
    assert.deepEqual([listed.code, /pf_main01 +Main/.test(listed.out)], [0, true]);
    assert.doesNotMatch(listed.out, /INBOUND|DEFAULT/, "what an owner may not see has no column");
  });

  it("a console that does not answer is not waited for in silence", async () => {
    api.on("GET /slow", (_, response: ServerResponse) => void setTimeout(() => response.end("{}"), 200));
    const told: number[] = [];
    const options = { url: api.url, token: "mft_test", onSlow: (seconds: number) => void told.push(seconds) };
    await new ApiClient({ ...options, slowAfterMs: 20 }).get("/slow");
    await new ApiClient(options).get("/slow");
    assert.deepEqual(told, [0.02]);
  });
});
