import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Mailbox, ProblemError, type Profile, sealedFor } from "@mailfleet/contracts";
import { singleId } from "@mailfleet/kit";
import { eventually } from "@mailfleet/local/testing";
import { checks } from "../checks.ts";
import { spreadRhythm } from "../mailbox/spread-rhythm.ts";
import { warnOfSecrets } from "../profile/warn-of-secrets.ts";
import { watchFailing } from "../profile/watch-failing.ts";
import {
  command,
  fresh,
  givenConfig,
  mailboxInput,
  profileInput,
  runResult,
  sealedCredentials,
  still,
} from "./given-config.ts";

const given = await givenConfig();
const { bus } = given;
let replica: Awaited<ReturnType<typeof given.replica>>;
before(async () => {
  await given.replica();
  replica = await given.replica();
});
after(() => given.stop());

const get = (mailboxId: string) => bus.request("config.mailbox.get", { id: mailboxId });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (error: unknown) => (error instanceof ProblemError ? error.problem.code : Promise.reject(error)),
  );
const givenProfile = (change?: object): Promise<Profile> => bus.request("config.profile.create", profileInput(change));
async function givenMailboxes(profileId: string, count: number): Promise<Mailbox[]> {
  return Promise.all(
    Array.from({ length: count }, () => bus.request("config.mailbox.create", mailboxInput(profileId))),
  );
}
async function enable(mailbox: Mailbox): Promise<Mailbox> {
  const { id, address } = mailbox;
  await bus.request("config.mailbox.approve", { ...command(), id: id, address });
  const testing = await bus.request("config.mailbox.test-and-enable", { ...command(), id: id });
  await bus.publish(runResult(testing, "inbound", "ok"));
  await bus.publish(runResult(testing, "outbound", "ok"));
  return eventually(async () => {
    const now = await get(id);
    return now.lifecycle === "enabled.running" && now;
  });
}
const inbound = (port: number) => ({
  protocol: "imap" as const,
  host: "imap.example.org",
  port,
  security: "tls" as const,
});

describe("a profile", () => {
  test("tells that it was created, changed and deleted, each once and in order", async () => {
    const facts = await given.listen("fact.profile.*.*");
    const input = profileInput();
    const { id } = await bus.request("config.profile.create", input);
    await bus.request("config.profile.create", input);
    const on = { id, by: "ada" };
    const change = { description: "x", inbound: inbound(1993) };
    await bus.request("config.profile.update", { ...command(), ...on, change });
    await bus.request("config.profile.update", { ...command(), ...on, change: { description: "y" } });
    await bus.request("config.profile.update", { ...command(), ...on, change: { description: "y" } });
    await bus.request("config.profile.deactivate", { ...command(), ...on });
    assert.equal(
      await codeOf(bus.request("config.profile.delete", { ...command(), ...on, ifVersion: 1 })),
      "STALE_VERSION",
    );
    await bus.request("config.profile.delete", { ...command(), ...on });
    const told = () =>
      facts.seen.flatMap(({ type, body }) => {
        const { profileId, at: _at, v: _v, by: _by, ...rest } = body as { profileId: string } & Record<string, unknown>;
        return profileId === id ? [[type, rest]] : [];
      });
    await eventually(() => told().length >= 5);
    assert.deepEqual(told(), [
      ["profile.created.v1", { name: input.new.name }],
      ["profile.changed.v1", { fields: ["/description", "/inbound"], relevant: true }],
      ["profile.changed.v1", { fields: ["/description"], relevant: false }],
      ["profile.changed.v1", { fields: ["/active"], relevant: true }],
      ["profile.deleted.v1", {}],
    ]);
  });

  test("says that refused credentials are over when a direction no longer signs in with them", async () => {
    const facts = await given.listen("fact.mailbox.*.alert-cleared");
    const smtp = { protocol: "smtp" as const, host: "smtp.example.org", port: 465, security: "tls" as const };
    const { id } = await givenProfile({ outbound: { ...smtp, credentials: "profile" } });
    const outbound = { ...smtp, credentials: "anonymous" as const };
    await bus.request("config.profile.update", { ...command(), id, by: "ada", change: { outbound } });
    const cleared = await eventually(() => facts.seen.find(({ subject }) => subject.includes(`.${id}.`)));
    const { object, codes } = cleared.body as { object: { type: string; direction: string }; codes: string[] };
    assert.deepEqual([object.type, object.direction, codes], ["profile", "outbound", ["PROFILE_SIGN_IN_REFUSED"]]);
  });

  test("is created once, shown, changed by version, and named once", async () => {
    const input = profileInput();
    const profile = await bus.request("config.profile.create", input);
    assert.deepEqual(await bus.request("config.profile.create", input), profile);
    assert.equal(profile.maximumConcurrentConnections, 10);
    assert.equal(
      await codeOf(bus.request("config.profile.create", profileInput({ name: profile.name }))),
      "ALREADY_EXISTS",
    );
    const update = (ifVersion: number, name: string, commandId = command().commandId) =>
      bus.request("config.profile.update", {
        by: "ada",
        commandId,
        id: profile.id,
        ifVersion,
        change: { name },
      });
    assert.equal(await codeOf(update(7, "Other")), "STALE_VERSION");
    const name = `Renamed ${fresh()}`;
    const renamed = await update(1, name, "same");
    assert.equal(renamed.v, 2);
    assert.deepEqual(await update(1, name, "same"), renamed);
    assert.equal(await codeOf(update(1, "Another", "same")), "COMMAND_ID_REUSED");
    const cleared = await bus.request("config.profile.update", {
      ...command(),
      id: profile.id,
      change: { processFrom: 5, description: "x" },
    });
    assert.equal(cleared.processFrom, 5);
    const without = await bus.request("config.profile.update", {
      ...command(),
      id: profile.id,
      change: { processFrom: null },
    });
    assert.equal(without.processFrom, undefined);
    assert.equal(without.description, "x");
  });

  test("is made the default, and found among those that are active or not", async () => {
    const profile = await givenProfile();
    const named = { ...command(), id: profile.id };
    assert.deepEqual(await bus.request("config.profile.make-default", named), { profileId: profile.id, before: null });
    // Another replica may know the settings of a moment ago.
    await eventually(async () => (await bus.request("config.profile.get", { id: profile.id })).isDefault);
    const { new: address } = mailboxInput(profile.id);
    const made = { ...mailboxInput(profile.id), new: { address: address.address } };
    assert.equal((await bus.request("config.mailbox.create", made)).profileId, profile.id);
    await bus.request("config.settings.update", { ...command(), change: { defaultProfileId: null } });
    assert.equal(
      await codeOf(bus.request("config.profile.make-default", { ...command(), id: "pf_none01" })),
      "NOT_FOUND",
    );

    const ids = async (active: boolean) =>
      (await bus.request("config.profile.list", { limit: 500, active })).items.map(({ id }) => id);
    assert.deepEqual([(await ids(true)).includes(profile.id), (await ids(false)).includes(profile.id)], [true, false]);
    await bus.request("config.profile.deactivate", { ...command(), id: profile.id });
    assert.deepEqual([(await ids(true)).includes(profile.id), (await ids(false)).includes(profile.id)], [false, true]);
  });

  test("is named by a check of allowed ports that it could not connect by, with its mailboxes", async () => {
    const profile = await givenProfile();
    const own = profile.id;
    await givenMailboxes(own, 2);
    const check = async (allowedOutboundPorts: "us-government" | number[] | null) =>
      (await bus.request("config.settings.check-ports", { ...command(), allowedOutboundPorts })).items.find(
        ({ profileId }) => profileId === own,
      );
    const broken = { profileId: own, name: profile.name, mailboxes: 2 };
    assert.deepEqual(await check("us-government"), { ...broken, ports: [993, 587] });
    assert.deepEqual(await check([993]), { ...broken, ports: [587] });
    assert.equal(await check([587, 993]), undefined);
    assert.equal(await check(null), undefined);
    await bus.request("config.profile.deactivate", { ...command(), id: own });
    assert.equal(await check([993]), undefined);
  });

  test("says that more than half of its mailboxes do not work once that has lasted, and that it is over", async () => {
    const profile = await givenProfile();
    const facts = await given.listen("fact.mailbox.*.alert-raised", "fact.mailbox.*.alert-cleared");
    const [one, two, three] = await Promise.all((await givenMailboxes(profile.id, 3)).map(enable));
    const away = { code: "CONNECTION_REFUSED", kind: "transient", evidence: { reply: "ECONNREFUSED" } } as const;
    for (const mailbox of [one, two]) {
      await bus.publish(runResult(await get(mailbox?.id ?? ""), "inbound", away, "sync"));
      await eventually(async () => (await get(mailbox?.id ?? "")).lifecycle === "enabled.retrying");
    }
    const { ports } = replica;
    await watchFailing(ports);
    const said = () =>
      facts.seen.filter(({ body }) => (body as { object: { id: string } }).object.id === profile.id).map((m) => m.type);
    await watchFailing({ ...ports, now: () => Date.now() + 601_000 });
    await eventually(() => said().length === 1);
    await watchFailing({ ...ports, now: () => Date.now() + 1_000_000 });
    for (const mailbox of [one, two, three])
      await bus.request("config.mailbox.delete", { ...command(), id: mailbox?.id ?? "" });
    await watchFailing({ ...ports, now: () => Date.now() + 1_100_000 });
    await eventually(() => said().length === 2);
    assert.deepEqual(said(), ["alert.raised.v1", "alert.cleared.v1"]);
  });

  test("cannot be deleted while it is used or the default; afterwards it is gone", async () => {
    const profile = await givenProfile();
    const [mailbox] = await givenMailboxes(profile.id, 1);
    const remove = () => bus.request("config.profile.delete", { ...command(), id: profile.id });
    assert.equal(await codeOf(remove()), "IN_USE");
    assert.equal((await bus.request("config.profile.get", { id: profile.id })).mailboxes, 1);
    await bus.request("config.mailbox.delete", { ...command(), id: mailbox?.id ?? "" });
    await bus.request("config.settings.update", { ...command(), change: { defaultProfileId: profile.id } });
    assert.equal(await codeOf(remove()), "IN_USE");
    await bus.request("config.settings.update", { ...command(), change: { defaultProfileId: null } });
    assert.deepEqual(await remove(), {});
    assert.equal(await codeOf(bus.request("config.profile.get", { id: profile.id })), "NOT_FOUND");
  });

  test("a new port reaches fifty mailboxes: what is wanted is tested again, the rest is not", async () => {
    const profile = await givenProfile();
    const mailboxes = await givenMailboxes(profile.id, 50);
    const wanted = await Promise.all(mailboxes.slice(0, 5).map(enable));
    await bus.request("config.profile.update", {
      ...command(),
      id: profile.id,
      change: { inbound: inbound(1993) },
    });
    for (const { id, directions } of wanted) {
      const now = await eventually(async () => {
        const mailbox = await get(id);
        return mailbox.directions.inbound.state === "testing" && mailbox;
      });
      assert.equal(now.directions.outbound.state, "enabled.running", "sending has nothing to do with it");
      assert.ok(now.directions.inbound.generation > directions.inbound.generation);
      assert.equal(now.directions.inbound.verdict, "NotRun");
      const connection = await bus.request("config.connection.get", { mailboxId: id, direction: "inbound" });
      assert.deepEqual([connection.allowed, connection.server.port], [true, 1993]);
      const { items } = await bus.request("config.mailbox.history", { id: id });
      assert.match(items[0]?.cause ?? "", /\/inbound\/port/);
    }
    for (const { id } of mailboxes.slice(5))
      assert.equal((await get(id)).lifecycle, "pendingApproval", "what waits for approval goes on waiting");
  });

  test("deactivated, nothing of it runs; activated, what is wanted is tested again", async () => {
    const profile = await givenProfile();
    const [created] = await givenMailboxes(profile.id, 1);
    const mailbox = await enable(created as Mailbox);
    const set = (active: boolean) =>
      bus.request(active ? "config.profile.activate" : "config.profile.deactivate", { ...command(), id: profile.id });
    await set(false);
    await eventually(async () => (await get(mailbox.id)).lifecycle === "inactive");
    const ask = () => bus.request("config.connection.get", { mailboxId: mailbox.id, direction: "inbound" });
    assert.equal((await ask()).allowed, false);
    await set(true);
    await eventually(async () => (await get(mailbox.id)).lifecycle === "testing");
    assert.equal((await ask()).allowed, true);
  });

  test("may hold the credentials for sending, counted as one holder", async () => {
    const input = profileInput({
      outbound: { protocol: "smtp", host: "relay.example.org", port: 465, security: "tls", credentials: "profile" },
      minimumPollingIntervalMinutes: 10,
    });
    const relay = "smtp relay.example.org:465";
    const wrong = {
      ...input,
      outboundCredentials: sealedCredentials(sealedFor("pf_other", "outbound-password", relay)),
    };
    assert.equal(await codeOf(bus.request("config.profile.create", wrong)), "INVALID");
    const right = sealedCredentials(sealedFor(input.id, "outbound-password", relay), "relay");
    const profile = await bus.request("config.profile.create", { ...input, outboundCredentials: right });
    assert.equal(profile.outboundCredentials?.username, "relay");
    const [mailbox] = await givenMailboxes(profile.id, 1);
    const mailboxId = mailbox?.id ?? "";
    const sending = await bus.request("config.connection.get", { mailboxId, direction: "outbound" });
    assert.equal(sending.credentials.holder, profile.id);
    assert.equal(sending.pollMs, 600_000);
    const receiving = await bus.request("config.connection.get", { mailboxId, direction: "inbound" });
    assert.deepEqual(receiving.credentials, { type: "none", holder: mailboxId, reason: "CREDENTIALS_MISSING" });
    assert.equal(receiving.allowed, false);
  });
});

describe("a secret of a profile", () => {
  const refusedBy = async (request: Promise<unknown>) => {
    const error = await request.then(
      () => assert.fail("it was not refused"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ProblemError, String(error));
    return error.problem;
  };
  const update = (profileId: string, what: object) =>
    bus.request("config.profile.update", { ...command(), id: profileId, ...what });
  const password = (profileId: string, destination: string) =>
    sealedCredentials(sealedFor(profileId, "inbound-password", destination));

  test("is needed again when its server changes, in the same change; display changes leave it alone", async () => {
    const inbound = { protocol: "imap", host: "imap.example.org", port: 993, credentials: "profile" } as const;
    const { id } = await bus.request("config.profile.create", profileInput({ inbound }));
    await update(id, { inboundCredentials: password(id, "imap imap.example.org:993") });
    await update(id, { change: { description: "Sales", connectionTimeoutMs: 5000 } });
    for (const [changed, place] of [
      [{ ...inbound, host: "evil.test" }, "imap evil.test:993"],
      [{ ...inbound, port: 143 }, "imap imap.example.org:143"],
    ] as const) {
      const change = { inbound: changed };
      const { code, errors, remedy } = await refusedBy(update(id, { change }));
      assert.deepEqual([code, errors?.[0]?.pointer], ["SECRET_NEEDED_AGAIN", "/inboundCredentials"]);
      assert.match(remedy ?? "", /inboundCredentials/);
      const { to } = await bus.request("config.profile.destinations", { id, change });
      assert.equal(to.inboundCredentials, place);
      const stale = await refusedBy(update(id, { change, inboundCredentials: password(id, "imap x.test:1") }));
      assert.equal(stale.code, "SECRET_NEEDED_AGAIN");
    }
    const change = { inbound: { ...inbound, host: "new.example.org" } };
    const moved = await update(id, { change, inboundCredentials: password(id, "imap new.example.org:993") });
    assert.deepEqual([moved.inbound.host, moved.inboundCredentials?.username], ["new.example.org", "sales"]);
    const own = await update(id, {
      change: { inbound: { ...inbound, host: "own.example.org", credentials: "mailbox" } },
    });
    assert.equal(own.inboundCredentials, null, "nothing uses it any more, and it would open for nothing");
  });

  test("that opens a key vault: people are warned before the end of the certificate that a worker read there", async () => {
    const endpoints = { token: "https://login.example.org/token" };
    const application = {
      provider: "microsoft",
      flow: "application",
      clientId: "c",
      clientAuthentication: "certificate",
    };
    const oauth = { ...application, tenantId: "example.org", endpoints };
    const inbound = { host: "imap.example.org", credentials: "oauth" };
    const keyVault = { url: "https://vault.example.org", certificateName: "mail", clientId: "reader" };
    const { id: profileId, ...input } = profileInput({ inbound, oauth });
    const destination = "https://login.example.org https://vault.example.org";
    const { password: secret } = sealedCredentials(sealedFor(profileId, "oauth-client", destination));
    const oauthSecret = { kind: "key-vault-certificate", secret: { ...secret, tag: fresh() }, keyVault } as const;
    await bus.request("config.profile.create", { id: profileId, ...input, oauthSecret });
    const told = (tag: string, thumbprint: string, days: number) => {
      const certificate = { thumbprint, expiresAt: Date.now() + days * 86_400_000 };
      return bus.request("config.profile.keep-certificate", { profileId, secret: tag, certificate });
    };
    const known = async () => (await bus.request("config.profile.get", { id: profileId })).oauthSecret?.certificate;
    await told("of-another-secret", "x", 1);
    assert.equal(await known(), undefined);
    await told(oauthSecret.secret.tag, "first", 20);
    assert.equal((await known())?.thumbprint, "first");

    const later = { ...replica.ports, now: () => Date.now() + 10 * 86_400_000 };
    const facts = await given.listen("fact.mailbox.*.alert-raised");
    const raised = await eventually(async () => {
      await warnOfSecrets(later);
      return facts.of("alert.raised.v1").find(({ body }) => body.object.id === profileId);
    });
    assert.equal(raised.body.code, "SECRET_ENDS_IN_14_DAYS");
    assert.match(raised.body.detail ?? "", /^The certificate of the OAuth application ends at 20/);
    const doctor = () => checks["profile-secrets"]?.look(later);
    assert.equal((await doctor())?.level, "warn");
    await told(oauthSecret.secret.tag, "renewed in the vault", 300);
    assert.equal((await doctor())?.level, "ok");
  });

  test("of the application is needed again when the token endpoint changes", async () => {
    const oauth = { provider: "custom", flow: "application", clientId: "c", scopes: ["mail"] } as const;
    const endpoints = { token: "https://login.example.org/token" };
    const inbound = { host: "imap.example.org", credentials: "oauth" };
    const { id: profileId, ...input } = profileInput({ inbound, oauth: { ...oauth, endpoints } });
    const secret = (origin: string) => ({
      kind: "client-secret" as const,
      secret: sealedCredentials(sealedFor(profileId, "oauth-client", origin)).password,
    });
    await bus.request("config.profile.create", {
      ...{ ...input, id: profileId },
      oauthSecret: secret("https://login.example.org"),
    });
    const to = (token: string) => ({ change: { oauth: { ...oauth, endpoints: { token } } } });
    await update(profileId, to("https://login.example.org/v2/token"));
    const elsewhere = to("https://evil.test/token");
    const { code, errors } = await refusedBy(update(profileId, elsewhere));
    assert.deepEqual([code, errors?.[0]?.pointer], ["SECRET_NEEDED_AGAIN", "/oauthSecret"]);
    await update(profileId, { ...elsewhere, oauthSecret: secret("https://evil.test") });
  });
});

describe("settings", () => {
  test("approval can be switched off for a kind; the default profile serves mailboxes without one", async () => {
    const profile = await givenProfile();
    const change = { approvalRequiredForQueues: false, defaultProfileId: profile.id, retryPolicy: { retryMs: 1000 } };
    const first = { ...command(), change };
    const settings = await bus.request("config.settings.update", first);
    assert.equal(settings.retryPolicy.maximumAttempts, 10);
    assert.deepEqual(await bus.request("config.settings.update", first), settings);
    const { new: mailbox, ...rest } = mailboxInput(profile.id, { kind: "queue" });
    const { profileId: _, ...without } = mailbox;
    const created = await bus.request("config.mailbox.create", { ...rest, new: without });
    assert.deepEqual([created.profileId, created.lifecycle], [profile.id, "approved"]);
    const unknown = bus.request("config.settings.update", { ...command(), change: { defaultProfileId: "pf_nowhere" } });
    assert.equal(await codeOf(unknown), "INVALID");
  });
});

describe("a rhythm", () => {
  const minute = 60_000;
  /** Intervals that the scheduler was told for receiving, in their order. */
  const intervals = (mailboxId: string) =>
    given
      .asked("timer.set.v1", mailboxId)
      .filter(({ body }) => body.name === "inbound")
      .map(({ body }) => body.everyMs);
  async function givenEnabled(profileId: string): Promise<Mailbox> {
    const [mailbox] = await givenMailboxes(profileId, 1);
    return enable(mailbox as Mailbox);
  }

  test("of the settings reaches a mailbox that works undisturbed, and voids nothing", async () => {
    const mailbox = await givenEnabled((await givenProfile()).id);
    const { retryPolicy } = await bus.request("config.settings.get", {});
    assert.equal((await bus.request("config.settings.defaults", {})).messageRetentionDays, 30);
    const pollMs = retryPolicy.pollMs + 2 * minute;
    const settings = await bus.request("config.settings.update", { ...command(), change: { retryPolicy: { pollMs } } });
    assert.ok(!("rhythmV" in settings) && !("rhythmV" in (await bus.request("config.settings.get", {}))));
    await eventually(() => intervals(mailbox.id).at(-1) === pollMs);
    const now = await get(mailbox.id);
    assert.equal(now.lifecycle, "enabled.running");
    assert.equal(now.directions.inbound.generation, mailbox.directions.inbound.generation);

    const told = intervals(mailbox.id).length;
    await bus.request("config.settings.update", { ...command(), change: { retryPolicy: { retryMs: 2000 } } });
    const later = await givenEnabled((await givenProfile()).id);
    assert.equal(intervals(mailbox.id).length, told, "what is no rhythm disturbs nobody");
    await eventually(() => intervals(later.id).at(-1) === pollMs);
  });

  test("of a profile reaches its mailboxes, too", async () => {
    const profile = await givenProfile();
    const mailbox = await givenEnabled(profile.id);
    const change = { minimumPollingIntervalMinutes: 45 };
    await bus.request("config.profile.update", { ...command(), id: profile.id, change });
    // By the sweep, which reads the profile anew a while later.
    await eventually(() => intervals(mailbox.id).at(-1) === 45 * minute, { timeoutMs: 30_000 });
    const now = await get(mailbox.id);
    assert.equal(now.lifecycle, "enabled.running");
    assert.equal(now.directions.inbound.generation, mailbox.directions.inbound.generation);
  });

  test("that a crash kept from a mailbox is brought later", async () => {
    const { ports } = await given.replica({ times: still });
    const mailbox = await givenEnabled((await givenProfile()).id);
    const { v, settings } = await ports.documents.settings.get(singleId);
    const pollMs = settings.retryPolicy.pollMs + 3 * minute;
    await ports.documents.settings.change(singleId, { key: "of one that died", at: Date.now() }, (before) => ({
      after: { settings: { ...settings, retryPolicy: { ...settings.retryPolicy, pollMs } }, rhythmV: before.v + 1 },
    }));
    await spreadRhythm(ports, ports.signal);
    await eventually(() => intervals(mailbox.id).at(-1) === pollMs);
    assert.deepEqual(await ports.mailboxes.behindRhythm(v + 1, 10), []);
  });
});
