import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  applicationDestination,
  type RequestArguments,
  relayDestination,
  type Sealed,
  type SealPurpose,
  sealedFor,
} from "@mailfleet/contracts";
import { initialSettings, type NotificationBody } from "../notification/body.ts";
import { changedSettings } from "../notification/change.ts";
import { settingsProblems } from "../notification/problems.ts";
import { shownSettings } from "../notification/show.ts";

type Input = RequestArguments<"alerting.notification-settings.update">;
type Part = Pick<Input, "change"> & Partial<Pick<Input, "credentials" | "oauthSecret">>;

const now = Date.UTC(2027, 0, 31);
const day = 86_400_000;
const relay = { host: "smtp.example.org", port: 587, security: "starttls" } as const;
const microsoft = { provider: "microsoft", tenantId: "example.org", clientId: "c1" } as const;
const google = { provider: "google" } as const;
const placeOf = (purpose: SealPurpose) =>
  purpose === "relay-password" ? relayDestination(relay) : applicationDestination(microsoft);
const sealed = (purpose: SealPurpose, destination = placeOf(purpose), owner = "notifications"): Sealed => ({
  protected: "p",
  encrypted_key: "k",
  iv: "i",
  ciphertext: "c1pher",
  tag: "t",
  aad: Buffer.from(sealedFor(owner, purpose, destination)).toString("base64url"),
});
const clientSecret = { kind: "client-secret", secret: sealed("notify-oauth") } as const;
const shownKey = { clientEmail: "bot@p.test", projectId: "p", keyId: "k1", clientId: "117" };
const googleKey = sealed("notify-oauth", applicationDestination(google));
const key = { kind: "service-account-key", secret: googleKey, serviceAccount: shownKey } as const;
const people = { from: "fleet@example.org", to: ["admin@example.org"] };

function changed(before: NotificationBody, part: Part, at = now) {
  const input: Input = { commandId: "c", by: "t", ...part };
  const after = changedSettings(before, input, at);
  const problems = settingsProblems(after, input, at).map(({ pointer, reason }) => `${pointer} ${reason}`);
  return { after, problems };
}
const byGraph = changed(initialSettings, {
  change: { mode: "api", enabled: true, application: microsoft, ...people, secretExpiresAt: now + 100 * day },
  oauthSecret: clientSecret,
});

describe("the settings of the notification mail server", () => {
  test("everything that is missing is named at once", () => {
    const needed = "is needed while notifications are enabled";
    assert.deepEqual(changed(initialSettings, { change: { enabled: true, mode: "api" } }).problems, [
      `/application ${needed}`,
      `/oauthSecret ${needed}`,
      `/from ${needed}`,
      `/to ${needed}`,
    ]);
    assert.deepEqual(byGraph.problems, []);
  });

  test("each provider has its own fields and its own kind of secret", () => {
    const wrong = { ...google, tenantId: "example.org", clientId: "c1" } as const;
    const sealedThere = { ...clientSecret, secret: googleKey };
    assert.deepEqual(changed(initialSettings, { change: { application: wrong }, oauthSecret: sealedThere }).problems, [
      "/application/tenantId belongs to Microsoft only",
      "/application/clientId comes with the key at Google",
      "/oauthSecret must be the JSON key of a service account for Google",
    ]);
    const bare = { provider: "microsoft" } as const;
    assert.equal(changed(initialSettings, { change: { application: bare }, oauthSecret: key }).problems.length, 4);
  });

  test("a secret that was sealed for something else is refused", () => {
    const stolen = { ...clientSecret, secret: sealed("oauth-client", placeOf("notify-oauth"), "pf_other") };
    const { problems } = changed(initialSettings, {
      change: { application: microsoft, relay },
      credentials: { username: "u", password: sealed("notify-oauth") },
      oauthSecret: stolen,
    });
    assert.deepEqual(problems, [
      "/credentials was sealed for something else",
      "/oauthSecret was sealed for something else",
    ]);
  });

  test("the relay's password never goes to another relay: it is needed again, unless nothing uses it", () => {
    const password = { username: "bot", password: sealed("relay-password") };
    const { after } = changed(initialSettings, { change: { relay }, credentials: password });
    for (const other of [
      { ...relay, host: "evil.test" },
      { ...relay, port: 25 },
    ]) {
      const { problems } = changed(after, { change: { relay: other } });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", /^\/credentials is needed again: .*smtp /);
      const fresh = { ...password, password: sealed("relay-password", relayDestination(other)) };
      assert.deepEqual(changed(after, { change: { relay: other }, credentials: fresh }).problems, []);
      assert.deepEqual(changed(after, { change: { relay: { ...other, authentication: "none" } } }).problems, []);
    }
    assert.deepEqual(changed(after, { change: { relay: { ...relay, security: "tls" } } }).problems, []);
  });

  test("an application's secret never goes to another tenant, client or token endpoint", () => {
    for (const other of [
      { ...microsoft, tenantId: "evil.test" },
      { ...microsoft, clientId: "c2" },
      { ...microsoft, endpoints: { token: "https://evil.test/token" } },
    ]) {
      const { after, problems } = changed(byGraph.after, { change: { application: other } });
      assert.equal(after.oauthSecret, null);
      assert.equal(after.secretExpiresAt, null);
      assert.deepEqual(problems, ["/oauthSecret is needed while notifications are enabled"]);
    }
    const scoped = { ...microsoft, tenantId: "EXAMPLE.org", scopes: ["https://graph.microsoft.us/.default"] };
    assert.notEqual(changed(byGraph.after, { change: { application: scoped } }).after.oauthSecret, null);
  });

  test("the end of a secret lies ahead, by 24 months at most, and goes with its secret", () => {
    const end = (at: number) => changed(byGraph.after, { change: { secretExpiresAt: at } }).problems;
    assert.deepEqual(end(Date.UTC(2029, 0, 31)), []);
    assert.deepEqual(end(Date.UTC(2029, 1, 2)), ["/secretExpiresAt must be at most 24 months ahead"]);
    assert.deepEqual(end(now - 1), ["/secretExpiresAt is in the past"]);
    const renewed = changed(byGraph.after, { change: {}, oauthSecret: clientSecret }, now + day).after;
    assert.equal(renewed.secretExpiresAt, null);
    assert.equal(renewed.secretExpirySetAt, now + day);
    assert.equal(changed(byGraph.after, { change: { to: [] } }, now + day).after.secretExpirySetAt, now);
  });

  test("how to sign in at the relay follows from what there is, unless it is named", () => {
    const password = { username: "bot", password: sealed("relay-password") };
    const open = changed(initialSettings, { change: { relay } }).after;
    assert.equal(open.relay?.authentication, "none");
    const basic = changed(open, { change: {}, credentials: password }).after;
    assert.equal(basic.relay?.authentication, "basic");
    assert.equal(changed(basic, { change: {}, credentials: null }).after.relay?.authentication, "none");
    const oauth = changed(basic, { change: { relay: { ...relay, authentication: "oauth", username: "x@y.test" } } });
    assert.equal(changed(oauth.after, { change: { relay } }).after.relay?.authentication, "oauth");
    assert.deepEqual(changed(basic, { change: { relay: { ...relay, username: "x" } } }).problems, [
      "/relay/username is for oauth only; basic credentials contain the user name",
    ]);
  });

  test("what is shown names secrets and holds none", () => {
    const byKey = changed(initialSettings, { change: { application: google }, oauthSecret: key });
    const shown = shownSettings({ ...byKey.after, v: 1 });
    assert.deepEqual(shown.oauthSecret, { kind: "service-account-key", serviceAccount: shownKey, setAt: now });
    assert.doesNotMatch(JSON.stringify([shown, shownSettings({ ...byGraph.after, v: 1 })]), /c1pher/);
    assert.equal(shownSettings({ ...initialSettings, v: 1 }).oauthSecret, null);
  });
});
