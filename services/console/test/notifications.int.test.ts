import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, it } from "node:test";
import {
  applicationDestination,
  type NotificationSettings,
  type NotificationTest,
  type RequestArguments,
  type RequestInput,
} from "@mailfleet/contracts";
import { oauthSecretReader } from "../secret/oauth-secret-reader.ts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";

const settings: NotificationSettings = {
  v: 2,
  enabled: false,
  mode: "api",
  relay: null,
  application: { provider: "google", projectId: "fleet" },
  from: null,
  to: [],
  recipientSeverities: ["error", "warning"] as ("error" | "warning")[],
  language: "en",
  recipientLanguages: [],
  quietHours: null,
  maintenance: [],
  escalateTo: [],
  escalateAfterMinutes: 60,
  noticesPerHour: 60,
  alertRetentionDays: 30,
  notifyOwners: false,
  ownerSeverities: ["error"],
  format: "html",
  credentials: null,
  oauthSecret: null,
  secretExpiresAt: null,
};
const found: NotificationTest = {
  outcome: "failed",
  at: 1_800_000_000_000,
  from: "fleet@example.org",
  to: ["admin@example.org"],
  messageId: "<test.1@example.org>",
  steps: [{ step: "authenticate", outcome: "failed", ms: 12, code: "DELEGATION_MISSING", remedy: "Delegate." }],
};
const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
const key = {
  type: "service_account",
  project_id: "fleet",
  private_key_id: "0123456789abcdef",
  private_key: privateKey,
  client_email: "bot@fleet.iam.gserviceaccount.com",
  client_id: "117000000000000000000",
  token_uri: "https://oauth2.googleapis.com/token",
};
const microsoft = { provider: "microsoft", tenantId: "example.org", clientId: "c1" };

describe("the notification mail server over HTTP", () => {
  let console: ConsoleUnderTest;
  const updates: RequestInput<"alerting.notification-settings.update">[] = [];
  const handlers = {
    "alerting.notification-settings.get": async () => settings,
    "alerting.notification-settings.destinations": async ({
      change: { application = settings.application } = {},
    }: RequestArguments<"alerting.notification-settings.destinations">) => ({
      to: { credentials: "no relay", oauthSecret: applicationDestination(application) },
      holder: "notifications",
      projectId: application?.projectId,
    }),
    "alerting.notification-settings.update": async (input: (typeof updates)[number]) => {
      updates.push(input);
      return settings;
    },
    "alerting.notification-settings.test": async () => found,
  };
  before(async () => {
    console = await startConsoleUnderTest(handlers, { oauthSecrets: oauthSecretReader });
  });
  after(() => console?.stop());

  const patch = (body: object) => console.send("PATCH", "/settings/notifications", { body });
  const refused = async (body: object, status: number, code: string) => {
    const before = updates.length;
    const answer = await patch(body);
    assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
    assert.ok(answer.body.remedy || (answer.body.errors as unknown[])?.length, "no word what to do");
    assert.equal(updates.length, before, "half of it was saved");
    return answer.body;
  };

  it("seals a client secret and a key for the notifications, with what may be shown", async () => {
    await patch({ application: microsoft, oauthSecret: { clientSecret: "v3ry-secret" }, mode: "api" });
    assert.equal(
      updates.at(-1)?.oauthSecret?.secret.aad,
      "notifications|notify-oauth|https://login.microsoftonline.com",
    );
    assert.deepEqual(updates.at(-1)?.change, { application: microsoft, mode: "api" });
    await patch({ oauthSecret: { serviceAccountKey: JSON.stringify(key) } });
    assert.deepEqual(updates.at(-1)?.oauthSecret?.serviceAccount, {
      clientEmail: key.client_email,
      projectId: "fleet",
      keyId: key.private_key_id,
      clientId: key.client_id,
    });
    await patch({ oauthSecret: null, credentials: null });
    assert.deepEqual([updates.at(-1)?.oauthSecret, updates.at(-1)?.credentials], [null, null]);
    assert.doesNotMatch(console.log.lines.join("\n"), /v3ry-secret|PRIVATE KEY/);
  });

  it("refuses a tenant that is neither GUID nor domain, and URLs that may not be used", async () => {
    for (const tenantId of ["my tenant", "common", "../evil", "https://example.org"])
      await refused({ application: { ...microsoft, tenantId } }, 400, "TENANT_INVALID");
    for (const token of ["ftp://example.org/", "file:///etc/passwd", "https://u:p@example.org/", "nonsense"])
      await refused({ application: { ...microsoft, endpoints: { token } } }, 400, "URL_NOT_ALLOWED");
    const { errors } = await refused(
      { application: { ...microsoft, tenantId: "x y" }, to: ["nobody"] },
      400,
      "INVALID",
    );
    assert.deepEqual(
      (errors as { pointer: string }[]).map(({ pointer }) => pointer),
      ["/application/tenantId", "/to/0"],
    );
  });

  it("refuses keys that cannot be used, each by its name", async () => {
    const upload = (text: string) => ({ oauthSecret: { serviceAccountKey: text } });
    const json = (change: object) => upload(JSON.stringify({ ...key, ...change }));
    await refused(upload(JSON.stringify(key).slice(0, 300)), 400, "KEY_UNREADABLE");
    await refused(json({ type: "authorized_user" }), 400, "KEY_OF_ANOTHER_KIND");
    await refused(json({ client_email: undefined }), 400, "KEY_WITHOUT_CLIENT_EMAIL");
    // The project is named in the settings that are stored.
    await refused(json({ project_id: "another" }), 400, "KEY_OF_ANOTHER_PROJECT");
    await refused({ oauthSecret: { serviceAccountKey: key, clientSecret: "x" } }, 400, "INVALID");
  });

  it("answers the steps of a test, for administrators only", async () => {
    const { status, body } = await console.send("POST", "/settings/notifications/test");
    assert.equal(status, 200);
    assert.equal(body.outcome, "failed");
    assert.equal(body.at, "2027-01-15T08:00:00.000Z");
    assert.deepEqual(body.steps, found.steps);
    const reader = await console.tokenFor("reader");
    assert.equal((await console.send("POST", "/settings/notifications/test", { token: reader })).status, 403);
  });

  it("takes no secret over plain HTTP", async () => {
    const open = await startConsoleUnderTest(handlers, { secretsAllowed: false, oauthSecrets: oauthSecretReader });
    try {
      for (const body of [
        { oauthSecret: { clientSecret: "s" } },
        { oauthSecret: { serviceAccountKey: key } },
        { credentials: { username: "u", password: "p" } },
      ]) {
        const answer = await open.send("PATCH", "/settings/notifications", { body });
        assert.deepEqual([answer.status, answer.body.code], [403, "PLAIN_HTTP"]);
      }
    } finally {
      await open.stop();
    }
  });
});
