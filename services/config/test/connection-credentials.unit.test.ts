import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { GrantDocument } from "../grant/store.ts";
import { connectionOf } from "../mailbox/connection.ts";
import { givenMailbox, givenProfile, givenWorld } from "./given-documents.ts";

const sealed = { protected: "", encrypted_key: "", iv: "", ciphertext: "x", tag: "", aad: "" };
const grantedAt = (origin: string) => ({
  ...sealed,
  aad: Buffer.from(`mb_0001|oauth-grant|${origin}`).toString("base64url"),
});
const servers = (inbound: object, outbound: object = {}) => ({
  inbound: { protocol: "pop3", host: "pop.example.org", ...inbound },
  outbound: { protocol: "smtp", host: "smtp.example.org", ...outbound },
});
const oauth = { provider: "google", clientId: "client" } as const;

/** What a mailbox of this profile signs in with. */
function credentials(
  profile: ReturnType<typeof givenProfile>,
  given: { mailbox?: object; grant?: Partial<GrantDocument>; direction?: "inbound" | "outbound" } = {},
) {
  const world = givenWorld(profile);
  const mailbox = givenMailbox({}, world);
  Object.assign(mailbox.configuration, given.mailbox);
  const grant =
    given.grant &&
    ({
      v: 3,
      state: "good",
      profileId: "pf_0001",
      clientId: "client",
      account: "sales@example.org",
      ownership: mailbox.ownership,
      refreshToken: grantedAt("https://oauth2.googleapis.com"),
      ...given.grant,
    } as GrantDocument);
  return connectionOf(mailbox, given.direction ?? "inbound", world, { grant: grant ?? null }).credentials;
}

describe("credentials of the user or queue", () => {
  const profile = givenProfile(servers({}));
  const own = { credentials: { username: "sales", passwords: { inbound: sealed, outbound: sealed }, setAt: 1 } };
  test("are counted for the mailbox", () => {
    assert.deepEqual(credentials(profile, { mailbox: own }), {
      ...{ type: "password", holder: "mb_0001", username: "sales" },
      ...{ password: sealed, purpose: "mailbox-password" },
    });
  });
  test("are not used where that is not allowed, and missing ones are named", () => {
    const refused = credentials(profile, { mailbox: { ...own, allowToUseCredentials: false } });
    assert.deepEqual(refused, { type: "none", holder: "mb_0001", reason: "CREDENTIALS_NOT_ALLOWED" });
    assert.deepEqual(credentials(profile), { type: "none", holder: "mb_0001", reason: "CREDENTIALS_MISSING" });
  });
});

test("a server that takes mail from anybody is signed in to by nobody, also where the mailbox has credentials", () => {
  const profile = givenProfile(servers({}, { credentials: "anonymous" }));
  const own = { credentials: { username: "sales", passwords: { inbound: sealed, outbound: sealed }, setAt: 1 } };
  const found = credentials(profile, { direction: "outbound", mailbox: own });
  assert.deepEqual(found, { type: "anonymous", holder: "pf_0001" });
});

describe("credentials of the profile", () => {
  const held = { inboundCredentials: { username: "master", password: sealed, setAt: 1 } };
  const profileWith = (addressing?: object) => ({
    ...givenProfile(servers({ credentials: "profile", ...(addressing ? { addressing } : {}) })),
    ...held,
  });
  test("are counted for the profile and open each mailbox by its address", () => {
    const byIdentity = credentials(profileWith({ by: "authorization-identity" }));
    assert.deepEqual(byIdentity, {
      ...{ type: "password", holder: "pf_0001", username: "master", authorizationIdentity: "Sales@example.org" },
      ...{ password: sealed, purpose: "inbound-password" },
    });
    const byName = credentials(profileWith({ by: "user-name", pattern: "{address}*master" }));
    assert.equal(byName.type === "password" && byName.username, "Sales@example.org*master");
  });
  test("of a name with a dollar sign are not read as a pattern", () => {
    const { address: _, ...rest } = { address: "", ...profileWith({ by: "user-name", pattern: "{address}*master" }) };
    const named = credentials(rest, { mailbox: { address: "a$&b@example.org" } });
    assert.equal(named.type === "password" && named.username, "a$&b@example.org*master");
  });
  test("that are not set are missing", () => {
    const none = credentials(givenProfile(servers({ credentials: "profile" })));
    assert.deepEqual(none, { type: "none", holder: "pf_0001", reason: "CREDENTIALS_MISSING" });
  });
});

describe("a token", () => {
  const secret = { kind: "client-secret", secret: sealed, setAt: 1 } as const;
  const signIn = { ...givenProfile({ type: "gmail", oauth }), oauthSecret: secret };
  const reason = (found: ReturnType<typeof credentials>) => (found.type === "none" ? found.reason : found.type);
  test("needs the application's secret, and the consent of the mailbox's user to this application", () => {
    assert.equal(reason(credentials(givenProfile({ type: "gmail", oauth }))), "CLIENT_SECRET_MISSING");
    assert.equal(reason(credentials(signIn)), "CONSENT_MISSING");
    assert.equal(reason(credentials(signIn, { grant: { clientId: "another" } })), "CONSENT_MISSING");
    assert.equal(reason(credentials(signIn, { grant: { profileId: "pf_other" } })), "CONSENT_MISSING");
    assert.equal(reason(credentials(signIn, { grant: { ownership: 0 } })), "CONSENT_MISSING");
    const elsewhere = { refreshToken: grantedAt("https://evil.test") };
    assert.equal(reason(credentials(signIn, { grant: elsewhere })), "CONSENT_MISSING");
    assert.equal(
      reason(credentials(signIn, { grant: { state: "ended", lastRefreshFailure: null } })),
      "CONSENT_EXPIRED",
    );
  });
  test("of a mailbox's user is counted for the mailbox; the scope is that of the direction", () => {
    const found = credentials(signIn, { grant: {} });
    assert.ok(found.type === "oauth");
    assert.deepEqual([found.holder, found.username, found.grant], ["mb_0001", "sales@example.org", { v: 3 }]);
    assert.deepEqual(found.client.scopes, ["https://mail.google.com/"]);
    assert.deepEqual([found.client.secret?.owner, found.client.secret?.purpose], ["pf_0001", "oauth-client"]);
  });
  test("of a service account is counted for the profile and needs nobody's consent", () => {
    const account = givenProfile({
      type: "gmail",
      oauth: { provider: "google", flow: "service-account" },
      inbound: { protocol: "gmail" },
    });
    const found = credentials({ ...account, oauthSecret: { kind: "service-account-key", secret: sealed, setAt: 1 } });
    assert.ok(found.type === "oauth");
    assert.deepEqual([found.holder, found.username, found.grant], ["pf_0001", "Sales@example.org", null]);
  });
});
