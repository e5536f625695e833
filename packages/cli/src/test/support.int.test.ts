import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

const planted = ["hunter2", "mft_abc123", "c2VjcmV0", "natspass", "eyJhbGciOi", "-----BEGIN"];
const folder = mkdtempSync(join(tmpdir(), "support-"));
let api: ApiDouble;
const page = (...items: object[]) => ({ body: { items, next: null } });

before(async () => {
  api = await startApiDouble();
  api.on("GET /checkup", {
    body: {
      at: "2027-01-31T08:00:00.000Z",
      level: "fail",
      services: [],
      findings: [{ check: "nats", service: "config", level: "fail", text: "nats://config:natspass@nats:4222 is away" }],
    },
  });
  api.on("GET /checkup/describe", {
    body: {
      items: [
        { service: "config", metrics: "mailfleet_up 1\n", log: ['{"msg":"authorization: Bearer eyJhbGciOi.x"}'] },
      ],
    },
  });
  api.on("GET /settings", { body: { organisationName: "Example" } });
  api.on("GET /settings/notifications", { body: { relay: { host: "smtp", username: "u", password: "hunter2" } } });
  api.on(
    "GET /profiles",
    page({ name: "Head office", oauthSecret: { ciphertext: "c2VjcmV0", keyId: "k" }, privateKey: "-----BEGIN" }),
  );
  api.on(
    "GET /mailboxes",
    page({ id: "mb_sales01", address: "Sales@example.org", lastError: { reply: "no mft_abc123" } }),
  );
  api.on(
    "GET /alerts",
    page({ text: "It stopped", detail: "for sales@example.org", evidence: { reply: "535 basic aHVudGVyMg==" } }),
  );
});
after(async () => {
  await api?.stop();
  rmSync(folder, { recursive: true });
});

async function support(...more: string[]) {
  const file = join(folder, `s${more.length}.gz`);
  const { code, out } = await run(api.url, ["support", "--file", file, ...more]);
  const text = gunzipSync(await readFile(file)).toString("utf8");
  return { code, out, text, file, content: JSON.parse(text) };
}

test("one file holds what helps and no secret, and only its owner may read it", async () => {
  const { code, out, text, file, content } = await support();
  assert.equal(code, 0);
  assert.match(out, /^Wrote .*, 1 KB\. Look at it/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  for (const secret of planted) assert.ok(!text.includes(secret), secret);
  assert.equal(content.doctor.findings[0].text, "nats://[hidden]@nats:4222 is away");
  assert.equal(content.processes.items[0].metrics, "mailfleet_up 1\n");
  assert.equal(content.mailboxes[0].address, "Sales@example.org");
  assert.equal(content.alerts[0].evidence.reply, "535 [hidden]");
  assert.match(content.jobs.notRead, /There is nothing at this path/);
  assert.match(content.topology.notRead, /their addresses are not known here\. Set MAILFLEET_NATS_URL/);
  const asked = api.seen.map(({ path }) => path);
  for (const path of ["/sends", "/messages", "/dead-letters", "/tokens"]) assert.ok(!asked.includes(path), path);
});

test("addresses are hidden where they are not wanted, alike in any case of letters", async () => {
  const { text, content } = await support("--hide-addresses");
  assert.doesNotMatch(text, /@example\.org/i);
  assert.equal(content.alerts[0].detail, `for ${content.mailboxes[0].address}`);
});

test("a part that is very long is cut", async () => {
  api.on("GET /jobs", page(...Array.from({ length: 200 }, (_, n) => ({ id: `jb_${n}`, text: "x".repeat(20_000) }))));
  const { text, content } = await support("--hide-addresses", "--json");
  assert.ok(text.length < 2_500_000);
  assert.ok(content.jobs.cut.startsWith('[{"id":"jb_0"'));
});
