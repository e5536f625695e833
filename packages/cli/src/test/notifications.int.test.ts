import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

const settings = {
  v: 3,
  enabled: true,
  mode: "api",
  relay: null as object | null,
  application: { provider: "google", scopes: ["https://mail.google.com/"] } as object,
  from: "fleet@example.org",
  to: ["admin@example.org"],
  format: "html",
  credentials: null,
  oauthSecret: {
    kind: "service-account-key",
    setAt: "2027-01-31T08:00:00.000Z",
    serviceAccount: { clientEmail: "bot@p.iam.gserviceaccount.com", projectId: "p", keyId: "k1", clientId: "117" },
  },
  secretExpiresAt: null,
};

describe("mailfleet notifications", () => {
  let api: ApiDouble;
  let folder: string;
  before(async () => {
    api = await startApiDouble();
    folder = await mkdtemp(join(tmpdir(), "mailfleet-cli-"));
    api.on("GET /settings/notifications", { body: settings });
    api.on("PATCH /settings/notifications", { body: settings });
  });
  after(async () => {
    await api.stop();
    await rm(folder, { recursive: true });
  });
  const changeBy = async (args: string[], options: Parameters<typeof run>[2] = {}) => {
    const { code, err } = await run(api.url, ["notifications", "set", ...args], options);
    assert.equal(code, 0, err);
    return api.seen.at(-1)?.body;
  };

  it("shows what names a key and never the key", async () => {
    const { out } = await run(api.url, ["notifications", "show"]);
    for (const words of ["bot@p.iam.gserviceaccount.com", "k1", "117", "service-account-key"])
      assert.ok(out.includes(words), out);
  });

  it("sends a key from its file, beside the provider", async () => {
    const key = join(folder, "key.json");
    await writeFile(key, '{"type":"service_account"}');
    assert.deepEqual(await changeBy(["--mode", "api", "--provider", "google", "--service-account-key", key]), {
      mode: "api",
      application: { provider: "google", scopes: ["https://mail.google.com/"] },
      oauthSecret: { serviceAccountKey: '{"type":"service_account"}' },
    });
  });

  it("keeps nothing of another provider, and takes the client secret from standard input", async () => {
    const args = [
      "--provider",
      "microsoft",
      "--tenant",
      "example.org",
      "--client-id",
      "c1",
      "--client-secret-file",
      "-",
    ];
    assert.deepEqual(await changeBy([...args, "--secret-expires", "2027-05-31"], { input: "s3cret\n" }), {
      application: { provider: "microsoft", tenantId: "example.org", clientId: "c1" },
      oauthSecret: { clientSecret: "s3cret" },
      secretExpiresAt: "2027-05-31T00:00:00.000Z",
    });
  });

  it("a user name comes with a password, or with a token without one", async () => {
    const relay = ["--relay-host", "smtp.example.org"];
    assert.deepEqual(await changeBy([...relay, "--username", "bot", "--password-stdin"], { input: "pw" }), {
      relay: { host: "smtp.example.org", authentication: "basic" },
      credentials: { username: "bot", password: "pw" },
    });
    assert.deepEqual(await changeBy([...relay, "--authentication", "oauth", "--relay-username", "bot@example.org"]), {
      relay: {
        host: "smtp.example.org",
        authentication: "oauth",
        username: "bot@example.org",
      },
    });
  });

  it("completes a relay from the present one, and sends the version that it read", async () => {
    const relay = { host: "old.example.org", port: 25, security: "none", authentication: "none", username: null };
    api.on("GET /settings/notifications", { body: { ...settings, relay } });
    assert.deepEqual(await changeBy(["--relay-port", "465", "--relay-security", "tls"]), {
      relay: { host: "old.example.org", port: 465, security: "tls", authentication: "none" },
    });
    assert.equal(api.seen.at(-1)?.headers["if-match"], '"3"');
    assert.deepEqual(await changeBy(["--relay-security", "none", "--dry-run"]), {
      relay: { host: "old.example.org", port: 25, security: "none", authentication: "none" },
    });
    assert.equal(api.seen.at(-1)?.query.get("dryRun"), "true");
    api.on("GET /settings/notifications", { body: settings });
  });

  it("test prints each step and exits 1 where one failed", async () => {
    const test = (outcome: "ok" | "failed") => ({
      outcome,
      at: "2027-01-31T08:00:00.000Z",
      from: "fleet@example.org",
      to: ["admin@example.org"],
      messageId: "<test.1@example.org>",
      steps: [
        { step: "settings", outcome: "ok", ms: 1 },
        outcome === "ok"
          ? { step: "send", outcome, ms: 20, detail: "202 accepted" }
          : { step: "send", outcome, ms: 20, code: "ACCESS_DENIED", detail: "403 \u001b[31mno", remedy: "Consent." },
      ],
    });
    api.on("POST /settings/notifications/test", { body: test("ok") });
    const good = await run(api.url, ["notifications", "test"]);
    assert.equal(good.code, 0);
    assert.match(good.out, /send +ok .*202 accepted/);
    api.on("POST /settings/notifications/test", { body: test("failed") });
    const bad = await run(api.url, ["notifications", "test"]);
    assert.equal(bad.code, 1);
    assert.match(bad.out, /send +FAILED +20 ms {2}ACCESS_DENIED: 403 +\[31mno\n +Consent\./);
    const json = await run(api.url, ["--json", "notifications", "test"]);
    assert.equal(json.code, 1);
    assert.equal(JSON.parse(json.out).steps.length, 2);
  });
});
