import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type FailureCode, failureOf, ProblemError, type SealedOAuthSecret, sealedFor } from "@mailfleet/contracts";
import { planSpread } from "../mailbox/spread-profiles.ts";
import { sealedCredentials } from "../test/given-config.ts";
import { at, givenMailbox, givenProfile, givenWorld } from "../test/given-documents.ts";
import type { StoredProfile } from "./body.ts";
import { nextNamed, nextTestOf, withNext } from "./next-secrets.ts";
import { changedProfile, switchedProfile } from "./profile-change.ts";
import { unheard } from "./relevant-fields.ts";
import type { GivenSecrets } from "./secrets.ts";

const sealed = (name: string, destination: string, purpose: "oauth-client" | "inbound-password") => {
  const { username, password } = sealedCredentials(sealedFor("pf_0001", purpose, destination), name);
  return { username, password: { ...password, tag: name, ciphertext: name } };
};
const secret = (name: string, kind: SealedOAuthSecret["kind"] = "client-secret"): SealedOAuthSecret => ({
  kind,
  secret: sealed(name, "https://login.microsoftonline.com", "oauth-client").password,
});
const password = (name: string) => sealed(name, "imap imap.example.org:993", "inbound-password");

const online = () =>
  set(
    givenProfile({
      type: "exchange-online",
      inbound: undefined,
      outbound: undefined,
      oauth: {
        ...{ provider: "microsoft", flow: "application", tenantId: "contoso.test", clientId: "app" },
        clientSecretExpiresAt: at + 1,
      },
    }),
    { oauthSecret: secret("old") },
  );
const shared = () =>
  set(
    givenProfile({
      inbound: { host: "imap.example.org", credentials: "profile", addressing: { by: "authorization-identity" } },
      outbound: { host: "smtp.example.org", credentials: "anonymous" },
    }),
    { inboundCredentials: password("old") },
  );

function set(profile: StoredProfile, secrets: GivenSecrets, change?: object): StoredProfile {
  const wanted = { secrets, ...(change ? { change } : {}) };
  return { ...profile, ...changedProfile(profile, wanted, at), v: profile.v + 1 };
}
const tested = (profile: StoredProfile): StoredProfile => ({
  ...profile,
  nextTest: { at, mailbox: "anna@example.org", of: nextNamed(profile) ?? "" },
});
const switched = (profile: StoredProfile, ends?: number) => ({ ...profile, ...switchedProfile(profile, ends) });
const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return `${error.problem.code} ${error.problem.detail}`;
    throw error;
  }
  return null;
};

describe("a secret that is to come", () => {
  test("is kept beside the present one, and no mailbox hears of it", () => {
    const before = online();
    const after = set(before, { nextOauthSecret: secret("new") });
    assert.deepEqual([after.oauthSecret?.secret.tag, after.nextOauthSecret?.secret.tag], ["old", "new"]);
    assert.equal(after.relevantV, before.relevantV);
  });

  test("is not put in place before a test with it has passed", () => {
    assert.match(refusal(() => switched(online())) ?? "", /NOT_POSSIBLE_NOW .*no next secret/);
    const after = set(online(), { nextOauthSecret: secret("new") });
    assert.match(refusal(() => switched(after)) ?? "", /NOT_POSSIBLE_NOW .*not passed a test.*stays in use/);
  });

  test("is put in place after it, and earlier results stay: no mailbox stops", () => {
    const before = tested(set(online(), { nextOauthSecret: secret("new") }));
    const after = switched(before, at + 1000);
    assert.deepEqual(
      [after.oauthSecret?.secret.tag, after.nextOauthSecret, after.nextTest],
      ["new", undefined, undefined],
    );
    assert.deepEqual(unheard(after, before.v), { fields: [], directions: [] });
    assert.equal(after.settings.oauth?.clientSecretExpiresAt, at + 1000);
    // The end that was known was that of the old one.
    assert.equal(switched(before).settings.oauth?.clientSecretExpiresAt, undefined);
  });

  test("once in place, is tried at once by those that failed for the old one, and no other hears of it", () => {
    const before = { ...tested(set(online(), { nextOauthSecret: secret("new") })), v: 7 };
    const after = { ...before, ...switchedProfile(before, undefined), v: 8 };
    const mailbox = { ...givenMailbox({}, givenWorld(after)), profileV: 7 };
    const { inbound } = mailbox.machine.directions;
    const failing = (code: FailureCode) => ({
      ...mailbox,
      machine: {
        ...mailbox.machine,
        directions: {
          ...mailbox.machine.directions,
          inbound: { ...inbound, context: { ...inbound.context, failure: failureOf(code) } },
        },
      },
    });
    assert.deepEqual(planSpread(mailbox, after, at).events, []);
    assert.deepEqual(planSpread(failing("CONNECTION_REFUSED"), after, at).events, []);
    for (const code of ["CLIENT_REJECTED", "AUTHENTICATION_REJECTED"] as const)
      assert.deepEqual(planSpread(failing(code), after, at).events, [
        { type: "settingsChanged", directions: ["inbound"], fields: ["/switched"], at },
      ]);
    assert.deepEqual(planSpread({ ...failing("CLIENT_REJECTED"), profileV: 8 }, after, at).events, []);
  });

  test("needs another test when it is another, or the profile leads elsewhere", () => {
    const passed = tested(set(online(), { nextOauthSecret: secret("new") }));
    assert.ok(nextTestOf(passed));
    const other = set(passed, { nextOauthSecret: secret("newer") });
    const elsewhere = set(passed, {}, { oauth: { ...passed.settings.oauth, clientId: "another" } });
    for (const one of [other, elsewhere]) {
      assert.equal(nextTestOf(one), null);
      assert.match(refusal(() => switched(one)) ?? "", /not passed a test/);
    }
    // What connections do not depend on does not matter.
    assert.ok(nextTestOf(set(passed, {}, { name: "Other" })));
  });

  test("can be dropped", () => {
    const after = set(set(online(), { nextOauthSecret: secret("new") }), { nextOauthSecret: null });
    assert.deepEqual(
      [after.oauthSecret?.secret.tag, after.nextOauthSecret, nextNamed(after)],
      ["old", undefined, null],
    );
  });

  test("may be a certificate in place of a client secret", () => {
    const before = set(online(), { nextOauthSecret: secret("new", "client-certificate") });
    assert.equal(before.settings.oauth?.clientAuthentication, "secret");
    assert.equal(withNext(before).settings.oauth?.clientAuthentication, "certificate");
    assert.equal(switched(tested(before)).settings.oauth?.clientAuthentication, "certificate");
  });

  test("is the account and password of all mailboxes, too", () => {
    const before = set(shared(), { nextInboundCredentials: password("new") });
    const after = switched(tested(before));
    assert.deepEqual([after.inboundCredentials?.username, after.nextInboundCredentials], ["new", undefined]);
    assert.deepEqual(unheard(after, before.v).directions, []);
  });

  test("goes with the server that it was entered for", () => {
    const before = set(shared(), { nextInboundCredentials: password("new") });
    const inbound = { ...before.settings.inbound, host: "elsewhere.example.org" };
    const moved = set(before, { inboundCredentials: null }, { inbound });
    assert.equal(moved.nextInboundCredentials, undefined);
  });
});
