import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ApiClient } from "../api-client.ts";
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
    assert.match(out, /Not sent yet: it is waiting\./);
    assert.match(err, /do not send it again/);
    api.on("GET /sends/sn_one1", { body: { ...send, state: "uncertain" } });
    const uncertain = await mailfleet(args);
    assert.deepEqual([uncertain.code, /may have been sent/.test(uncertain.out)], [1, true]);
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
