import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ProblemError, type RequestOutput, sealedFor } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { beginRefresh } from "../grant/refresh-grant.ts";
import type { Ports } from "../ports.ts";
import {
  command,
  fresh,
  givenConfig,
  mailboxInput,
  profileInput,
  quick,
  runResult,
  sealedCredentials,
} from "./given-config.ts";

const day = 86_400_000;
const google = "https://oauth2.googleapis.com";
const sealed = (aad: string) => sealedCredentials(aad).password;

describe("a consent of a mailbox's user", () => {
  let config: Awaited<ReturnType<typeof givenConfig>>;
  let ports: Ports;
  before(async () => {
    config = await givenConfig();
    ({ ports } = await config.replica({ times: quick }));
    await config.replica({ times: quick });
  });
  after(() => config.stop());

  const codeOf = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      if (error instanceof ProblemError) return error.problem.code;
      throw error;
    }
    return assert.fail("nothing was refused");
  };

  /** A profile whose mailboxes sign in, and one of them. */
  async function given(oauth: object = {}) {
    const { bus } = config;
    const { new: _, ...input } = profileInput();
    const profile = await bus.request("config.profile.create", {
      ...input,
      new: { name: `Gmail ${fresh()}`, type: "gmail", oauth: { provider: "google", clientId: "client", ...oauth } },
      oauthSecret: { kind: "client-secret", secret: sealed(sealedFor(input.id, "oauth-client", google)) },
    });
    const mailbox = await bus.request("config.mailbox.create", mailboxInput(profile.id));
    await bus.request("config.mailbox.approve", { ...command(), id: mailbox.id, address: mailbox.address });
    return { profile, mailbox };
  }

  const begin = (mailboxId: string, key = fresh()) =>
    config.bus.request("config.consent.begin", {
      ...{ mailboxId, by: "owner", consentId: `cs_${key}`, flow: "code" },
      ...{ stateHash: `state-${key}`, browserHash: `browser-${key}`, challenge: "challenge" },
      ...{
        verifier: sealed(sealedFor(mailboxId, "oauth-verifier")),
        redirectUri: "https://console.example.org/oauth/callback",
      },
    });
  const take = (consent: RequestOutput<"config.consent.begin">, change: object = {}) => {
    const key = consent.consentId.slice(3);
    return config.bus.request("config.consent.take", {
      ...{ stateHash: `state-${key}`, browserHash: `browser-${key}` },
      ...change,
    });
  };
  const keep = (mailboxId: string, consentId: string, expiresAt: number | null = null, account = "sales@example.org") =>
    config.bus.request("config.grant.set", {
      ...{ mailboxId, consentId, account, scopes: ["https://mail.google.com/"] },
      ...{
        refreshToken: sealed(sealedFor(mailboxId, "oauth-grant", google)),
        expiresAt,
        accessTokenExpiresAt: Date.now() + 3_600_000,
      },
    });
  const connection = (mailboxId: string) =>
    config.bus.request("config.connection.get", { mailboxId, direction: "inbound" });
  async function signedIn(expiresAt: number | null = null, oauth: object = {}) {
    const { mailbox, profile } = await given(oauth);
    const consent = await begin(mailbox.id);
    await take(consent);
    return { mailbox, profile, consent, grant: await keep(mailbox.id, consent.consentId, expiresAt) };
  }

  test("goes to the provider with PKCE, without state, and asks for offline access", async () => {
    const { mailbox } = await given();
    const { authorizationUrl, deviceOffered } = await begin(mailbox.id);
    const url = new URL(authorizationUrl ?? "");
    assert.equal(url.origin, "https://accounts.google.com");
    const { searchParams: query } = url;
    assert.deepEqual([query.get("code_challenge"), query.get("code_challenge_method")], ["challenge", "S256"]);
    assert.deepEqual(
      [query.get("access_type"), query.get("client_id"), query.get("state")],
      ["offline", "client", null],
    );
    assert.ok(query.get("scope")?.split(" ").includes("https://mail.google.com/"));
    assert.equal(deviceOffered, false);
  });

  test("that is missing is told with the link that repairs it", async () => {
    const { mailbox } = await given();
    const facts = await config.listen(`fact.mailbox.${mailbox.id}.alert-raised`);
    await config.bus.request("config.mailbox.test-and-enable", { ...command(), id: mailbox.id });
    const { generation } = await connection(mailbox.id);
    const at = Date.now();
    const failure = { kind: "consent", code: "CONSENT_MISSING" } as const;
    const run = { mailboxId: mailbox.id, direction: "inbound", purpose: "test", generation } as const;
    await config.bus.publish({
      ...{ id: fresh(), at, subject: `mailbox.event.${mailbox.id}`, type: "mailbox.run-failed.v1" },
      ...{ mailboxId: mailbox.id, generation, body: { ...run, at, failure, steps: [] } },
    });
    await eventually(async () => facts.seen.length > 0);
    const [raised] = facts.of("alert.raised.v1");
    assert.equal(raised?.body.code, "CONSENT_MISSING");
    assert.ok(raised?.body.detail?.endsWith(`Sign in: https://console.example.org/sign-in/${mailbox.id}`));
  });

  test("state is good once, in time, in the browser that began, from the server that was asked", async () => {
    const { mailbox } = await given();
    const consent = await begin(mailbox.id);
    assert.equal(await codeOf(take(consent, { stateHash: "unknown" })), "STATE_UNKNOWN");
    assert.equal(await codeOf(take(consent, { browserHash: "another" })), "REDIRECT_FROM_ANOTHER_BROWSER");
    assert.equal(await codeOf(take(consent, { issuer: "https://evil.example" })), "REDIRECT_FROM_ANOTHER_ORIGIN");
    const both = await Promise.allSettled([take(consent), take(consent)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assert.equal(await codeOf(take(consent)), "STATE_REPLAYED");
  });

  test("that was given is shown without its token, and a wanted mailbox is tested by itself", async () => {
    const { mailbox } = await given();
    await config.bus.request("config.mailbox.test-and-enable", { ...command(), id: mailbox.id });
    const before = await connection(mailbox.id);
    assert.equal(before.credentials.type === "none" && before.credentials.reason, "CONSENT_MISSING");
    const consent = await begin(mailbox.id);
    assert.equal(
      await codeOf(config.bus.request("config.consent.get", { consentId: consent.consentId })),
      "STATE_UNKNOWN",
    );
    await take(consent);
    const grant = await keep(mailbox.id, consent.consentId);
    assert.deepEqual([grant.account, grant.state, grant.grantedBy], ["sales@example.org", "good", "owner"]);
    assert.ok(!JSON.stringify(grant).includes("ciphertext"));
    const now = await connection(mailbox.id);
    assert.equal(now.credentials.type === "oauth" && now.credentials.grant?.v, 1);
    assert.ok(now.generation > before.generation);
    assert.equal(now.state, "testing");
    assert.deepEqual(await keep(mailbox.id, consent.consentId), grant, "a repeated command");
    assert.equal(
      await codeOf(config.bus.request("config.consent.get", { consentId: consent.consentId })),
      "STATE_REPLAYED",
    );
  });

  test("renewed by the same account keeps what works at work while it is tested; another account begins anew", async () => {
    const { mailbox } = await signedIn();
    const get = () => config.bus.request("config.mailbox.get", { id: mailbox.id });
    const states = async () => {
      const { inbound, outbound } = (await get()).directions;
      return [inbound.state, outbound.state];
    };
    await config.bus.request("config.mailbox.test-and-enable", { ...command(), id: mailbox.id });
    for (const direction of ["inbound", "outbound"] as const)
      await config.bus.publish(runResult(await get(), direction, "ok"));
    await eventually(async () => (await get()).lifecycle === "enabled.running", { what: "it works" });
    const before = (await get()).directions;

    const again = await begin(mailbox.id);
    await take(again);
    await keep(mailbox.id, again.consentId);
    const { inbound, outbound } = (await get()).directions;
    assert.deepEqual([inbound.state, outbound.state], ["enabled.running", "enabled.running"]);
    assert.ok(inbound.generation > before.inbound.generation, "a test runs beside the work");
    assert.ok(outbound.generation > before.outbound.generation);

    const other = await begin(mailbox.id);
    await take(other);
    await keep(mailbox.id, other.consentId, null, "postmaster@example.org");
    assert.deepEqual(await states(), ["testing", "testing"]);
  });

  test("is refreshed by one process at a time, and a rotated token is written back", async () => {
    const { mailbox, grant } = await signedIn();
    const ask = (by: string, v = grant.v) =>
      config.bus.request("config.grant.begin-refresh", { mailboxId: mailbox.id, v, by });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => ask(`replica ${n}`)));
    const mine = answers.filter((answer) => answer.outcome === "yours");
    assert.equal(mine.length, 1);
    assert.equal(answers.filter(({ outcome }) => outcome === "busy").length, 7);
    const lease = mine[0]?.outcome === "yours" ? mine[0].lease : "";
    const refreshToken = sealed(sealedFor(mailbox.id, "oauth-grant", google));
    const end = { mailboxId: mailbox.id, lease, refreshToken, accessTokenExpiresAt: Date.now() + 1000 };
    assert.deepEqual(await config.bus.request("config.grant.end-refresh", end), { kept: true });
    assert.deepEqual(
      await config.bus.request("config.grant.end-refresh", end),
      { kept: false },
      "the lease is given back",
    );
    const next = await ask("another");
    assert.equal(next.outcome === "yours" && next.refreshToken.ciphertext, refreshToken.ciphertext);
    assert.equal((await ask("late", 99)).outcome, "changed");
  });

  test("is refreshed by one process at a time whatever the clock of a replica shows", async () => {
    const { mailbox, grant } = await signedIn();
    const ask = { mailboxId: mailbox.id, v: grant.v, by: "slow" };
    assert.equal((await config.bus.request("config.grant.begin-refresh", ask)).outcome, "yours");
    const fast = { ...ports, now: () => Date.now() + 600_000 };
    assert.equal((await beginRefresh(fast, { ...ask, by: "other" }, { correlation: "test" })).outcome, "busy");
    await config.bus.request("config.grant.remove", { ...command(), mailboxId: mailbox.id });
    assert.equal((await beginRefresh(ports, ask, { correlation: "test" })).outcome, "changed");
    assert.equal(await ports.grants.load(mailbox.id), null, "nothing is left of it");
  });

  test("goes with its mailbox though a crash left its token, with or without an end", async () => {
    for (const end of [null, Date.now() + 90 * day]) {
      const { mailbox } = await signedIn(end);
      const kept = await ports.grants.load(mailbox.id);
      assert.ok(kept);
      await config.bus.request("config.mailbox.delete", { ...command(), id: mailbox.id });
      await ports.grants.put(kept);
      await eventually(async () => (await ports.grants.load(mailbox.id)) === null, { what: "the token is removed" });
    }
  });

  test("keeps a rotated token that came after its lease was another's, unless it is no longer the next one", async () => {
    const { mailbox, grant } = await signedIn();
    const tagged = (tag: string) => ({ ...sealed(sealedFor(mailbox.id, "oauth-grant", google)), tag });
    const { outcome, ...begun } = await config.bus.request("config.grant.begin-refresh", {
      ...{ mailboxId: mailbox.id, v: grant.v, by: "slow" },
    });
    assert.equal(outcome, "yours");
    const used = "refreshToken" in begun ? begun.refreshToken.tag : "";
    const end = (refreshToken: ReturnType<typeof tagged>, replaces: string) =>
      config.bus.request("config.grant.end-refresh", {
        ...{ mailboxId: mailbox.id, lease: "run out", refreshToken, replaces, accessTokenExpiresAt: Date.now() },
      });
    assert.deepEqual(await end(tagged("second"), "none"), { kept: false });
    assert.deepEqual(await end(tagged("second"), used), { kept: true });
    assert.deepEqual(await end(tagged("third"), "another"), { kept: false }, "somebody signed in, or renewed it");
  });

  test("of a former owner is worth nothing: neither one that was given nor one that was begun", async () => {
    const { mailbox, grant, consent } = await signedIn();
    const begun = await begin(mailbox.id);
    const completing = await begin(mailbox.id);
    await take(completing);
    const credentials = async () => {
      const { credentials: used } = await connection(mailbox.id);
      return used.type === "none" ? used.reason : used.type;
    };
    assert.equal(await credentials(), "oauth");
    await config.bus.request("config.mailbox.update", {
      ...command(),
      ...{ id: mailbox.id, change: { owner: { email: "eve@example.org" } } },
    });
    assert.equal(await credentials(), "CONSENT_MISSING");
    assert.equal(await config.bus.request("config.grant.get", { mailboxId: mailbox.id }), null);
    const refresh = { mailboxId: mailbox.id, v: grant.v, by: "a run that began before" };
    assert.deepEqual(await config.bus.request("config.grant.begin-refresh", refresh), { outcome: "changed" });
    assert.equal(await codeOf(take(begun)), "NOT_POSSIBLE_NOW");
    const { consentId } = completing;
    assert.equal(await codeOf(config.bus.request("config.consent.get", { consentId })), "NOT_POSSIBLE_NOW");
    for (const late of [consentId, consent.consentId])
      assert.equal(await codeOf(keep(mailbox.id, late)), "NOT_POSSIBLE_NOW");
    const anew = await begin(mailbox.id);
    await take(anew);
    assert.equal((await keep(mailbox.id, anew.consentId)).state, "good");
    assert.equal(await credentials(), "oauth");
  });

  test("whose secret a crash left behind is refused by its number", async () => {
    const { mailbox, grant } = await signedIn();
    await config.ages(mailbox.id, 0, { ownership: 0 });
    const { credentials } = await connection(mailbox.id);
    assert.equal(credentials.type === "none" && credentials.reason, "CONSENT_MISSING");
    const refresh = { mailboxId: mailbox.id, v: grant.v, by: "x" };
    assert.deepEqual(await config.bus.request("config.grant.begin-refresh", refresh), { outcome: "changed" });
  });

  test("that ended is said, until somebody signs in anew", async () => {
    const { mailbox, grant } = await signedIn();
    const lease = await config.bus.request("config.grant.begin-refresh", {
      mailboxId: mailbox.id,
      v: grant.v,
      by: "x",
    });
    await config.bus.request("config.grant.end-refresh", {
      mailboxId: mailbox.id,
      lease: lease.outcome === "yours" ? lease.lease : "",
      failure: { kind: "consent", code: "CONSENT_ENDED_IN_TESTING", evidence: { reply: "invalid_grant" } },
    });
    const shown = await config.bus.request("config.grant.get", { mailboxId: mailbox.id });
    assert.deepEqual([shown?.state, shown?.lastRefreshFailure?.reply], ["ended", "invalid_grant"]);
    const ended = await connection(mailbox.id);
    assert.equal(ended.credentials.type === "none" && ended.credentials.reason, "CONSENT_ENDED_IN_TESTING");
    const again = await begin(mailbox.id);
    await take(again);
    const anew = await keep(mailbox.id, again.consentId);
    assert.deepEqual([anew.v, anew.state], [2, "good"]);
    await config.bus.request("config.grant.remove", { ...command(), mailboxId: mailbox.id });
    assert.equal(await config.bus.request("config.grant.get", { mailboxId: mailbox.id }), null);
  });

  test("that ends soon is warned of once, and the warning ends with a new consent", async () => {
    const facts = await config.listen("fact.mailbox.*.alert-raised", "fact.mailbox.*.alert-cleared");
    const { mailbox } = await signedIn(Date.now() + 7 * day);
    const soon = await signedIn(Date.now() + 2 * day + 1000);
    const raised = (id: string) =>
      facts.of("alert.raised.v1").filter(({ body }) => body.object.id === id && body.code.startsWith("CONSENT_ENDS"));
    // Given for two days, so neither 14 nor 3 days ahead; the clock of the test moves its beginning back instead.
    assert.deepEqual(
      [...raised(mailbox.id), ...raised(soon.mailbox.id)],
      [],
      "what lives shorter is not warned of so early",
    );
    await config.ages(soon.mailbox.id, 20 * day);
    await eventually(async () => raised(soon.mailbox.id).length === 1);
    assert.equal(raised(soon.mailbox.id)[0]?.body.code, "CONSENT_ENDS_IN_3_DAYS");
    assert.match(raised(soon.mailbox.id)[0]?.body.detail ?? "", /https:\/\/console.example.org\/sign-in\/mb_/);
    const again = await begin(soon.mailbox.id);
    await take(again);
    await keep(soon.mailbox.id, again.consentId, Date.now() + 100 * day);
    await eventually(async () =>
      facts.of("alert.cleared.v1").some(({ body }) => body.codes?.includes("CONSENT_ENDS_IN_3_DAYS")),
    );
    assert.equal(raised(soon.mailbox.id).length, 1);
  });

  test("a hundred mailboxes sign in through one Gmail profile; the next one is told to use another", async () => {
    const { profile } = await given();
    await Promise.all(
      Array.from({ length: 99 }, () => config.bus.request("config.mailbox.create", mailboxInput(profile.id))),
    );
    const late = await Promise.allSettled(
      Array.from({ length: 3 }, () => config.bus.request("config.mailbox.create", mailboxInput(profile.id))),
    );
    assert.ok(late.every(({ status }) => status === "rejected"));
    const refused = late[0]?.status === "rejected" ? (late[0].reason as ProblemError).problem : undefined;
    assert.equal(refused?.code, "PROFILE_FULL");
    assert.match(refused?.remedy ?? "", /another profile/);
    const shown = await config.bus.request("config.profile.get", { id: profile.id });
    assert.deepEqual([shown.mailboxes, shown.maximumMailboxes], [100, 100]);
  });

  test("two mailboxes never share one inbox of the profile's credentials", async () => {
    const { new: _, ...input } = profileInput();
    const make = (addressing?: object) => ({
      name: `Shared ${fresh()}`,
      inbound: {
        host: "a.test",
        credentials: "profile" as const,
        ...(addressing ? { addressing: addressing as never } : {}),
      },
      outbound: { host: "a.test" },
    });
    const profile = await config.bus.request("config.profile.create", { ...input, new: make() });
    await config.bus.request("config.mailbox.create", mailboxInput(profile.id));
    assert.equal(
      await codeOf(config.bus.request("config.mailbox.create", mailboxInput(profile.id))),
      "MAILBOX_NOT_ADDRESSED",
    );
    const change = { inbound: make({ by: "user-name", pattern: "{address}*master" }).inbound };
    await config.bus.request("config.profile.update", { ...command(), id: profile.id, change });
    await config.bus.request("config.mailbox.create", mailboxInput(profile.id));
    const back = { inbound: make().inbound };
    assert.equal(
      await codeOf(config.bus.request("config.profile.update", { ...command(), id: profile.id, change: back })),
      "MAILBOX_NOT_ADDRESSED",
    );
  });

  test("only a queue or a forward mailbox may be emptied, and only by POP3", async () => {
    const { new: _, ...input } = profileInput();
    const profile = await config.bus.request("config.profile.create", {
      ...input,
      new: { name: `Pop ${fresh()}`, inbound: { protocol: "pop3", host: "a.test" }, outbound: { host: "a.test" } },
    });
    const make = (change: object) => config.bus.request("config.mailbox.create", mailboxInput(profile.id, change));
    assert.equal(await codeOf(make({ deleteAfterProcessing: true })), "INVALID");
    const sends = { inbound: "server-side", outbound: "server-side", act: "none" };
    assert.equal(await codeOf(make({ kind: "forward", deliveryMethods: sends })), "INVALID");
    const forward = await make({
      ...{ kind: "forward", deleteAfterProcessing: true },
      deliveryMethods: { inbound: "server-side", outbound: "none", act: "none" },
    });
    assert.equal(forward.deleteAfterProcessing, true);
    const imap = await config.bus.request("config.profile.create", profileInput());
    const move = { ...command(), id: forward.id, change: { profileId: imap.id } };
    assert.equal(await codeOf(config.bus.request("config.mailbox.update", move)), "INVALID");
  });
});
