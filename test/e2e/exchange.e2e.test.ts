import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { Alert, ConnectionTest, FailureCode, Mailbox, Profile, Send, Settings } from "@mailfleet/contracts";
import {
  type EwsDouble,
  type GraphDouble,
  makeCertificate,
  type OAuthDouble,
  pkcs12Secret,
  startEwsDouble,
  startGraphDouble,
  startOAuthDouble,
  startVaultDouble,
  type VaultDouble,
} from "@mailfleet/local/doubles";
import { type FleetWorld, startWorld } from "../world/fleet-world.ts";
import { holds } from "../world/holds.ts";

const incoming = 100;
const outgoing = 10;
const tenantId = "contoso.test";
const outside = "chief@contoso.test";

/** What the providers of a test are. */
interface Providers {
  readonly oauth: OAuthDouble;
  readonly graph: GraphDouble;
  readonly exchange: EwsDouble;
  readonly vault: VaultDouble;
  /** Of `exchange`, in PEM. */
  readonly trustedCertificates: string;
}

/** One way to sign in to Exchange. */
interface Way {
  readonly address: string;
  readonly profile: (providers: Providers) => object;
  /** New credentials, as a profile takes them; what the provider accepted before is refused from now on. */
  readonly renew: (providers: Providers) => Promise<object>;
  /** Others beside the present ones, which stay good, as secrets that are to come. */
  readonly beside: (providers: Providers) => Promise<{
    readonly next: object;
    /** What the provider does not know, as they would be. */
    readonly wrong: object;
    /** From now on only the new ones are accepted. */
    endOld(): void;
  }>;
  /** What the failure says once they are lost. */
  readonly lost: {
    readonly lifecycle: Mailbox["lifecycle"];
    readonly code: FailureCode;
    readonly reply: RegExp;
    readonly remedy: RegExp;
  };
}

const passwordLost: Way["lost"] = {
  lifecycle: "disabled.credentialsExpired",
  code: "PROFILE_CREDENTIALS_REFUSED",
  reply: /^401/,
  remedy: /right credentials/,
};
const proofLost: Way["lost"] = {
  lifecycle: "disabled.failed",
  code: "CLIENT_REJECTED",
  reply: /AADSTS7000215/,
  remedy: /secret/,
};

const serviceAccounts = (authentication: "basic" | "ntlm") =>
  ["svc", "svc2"].map((name) => `${name}-${authentication}@contoso.test`);

/** A service account that opens mailboxes by impersonation, as a profile of Exchange Server has it. */
const byServiceAccount = (authentication: "basic" | "ntlm"): Way => ({
  address: `${authentication}@contoso.test`,
  profile: ({ exchange, trustedCertificates }) => {
    const server = { apiUrl: exchange.url, trustedCertificates, authentication };
    return { type: "exchange-server", inbound: server, outbound: server };
  },
  renew: async ({ exchange }) => {
    const [username = "", other = ""] = serviceAccounts(authentication);
    const password = randomBytes(12).toString("hex");
    exchange.setPassword(username, password);
    exchange.setPassword(other, randomBytes(12).toString("hex"));
    return { inboundCredentials: { username, password }, outboundCredentials: { username, password } };
  },
  beside: async ({ exchange }) => {
    const [old = "", username = ""] = serviceAccounts(authentication);
    const password = randomBytes(12).toString("hex");
    exchange.setPassword(username, password);
    const both = (credentials: object) => ({
      nextInboundCredentials: credentials,
      nextOutboundCredentials: credentials,
    });
    return {
      next: both({ username, password }),
      wrong: both({ username, password: `${password}-wrong` }),
      endOld: () => exchange.setPassword(old, randomBytes(12).toString("hex")),
    };
  },
  lost: passwordLost,
});

/** Client ids of the applications in Microsoft Entra. The last one reads the certificate of `hybrid` in its key vault. */
const applications = {
  hybrid: "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c11",
  secret: "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c12",
  certificate: "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c13",
  reader: "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c14",
} as const;

/** An application of Microsoft Entra, with its proof. */
const application = (clientId: string, proof: "secret" | "certificate") => {
  return {
    settings: ({ oauth }: Providers, api: object = {}) => ({
      ...{ provider: "microsoft", flow: "application", tenantId, clientId, clientAuthentication: proof },
      endpoints: { token: oauth.tenant(tenantId).token, ...api },
    }),
    renew: async ({ oauth }: Providers) => {
      if (proof === "secret") return { oauthSecret: { clientSecret: oauth.addClient({ clientId }).clientSecret } };
      const { certificate, key } = await makeCertificate("rsa");
      oauth.addClient({ clientId, certificate });
      return { oauthSecret: { certificate: `${certificate}\n${key}` } };
    },
    beside: async ({ oauth }: Providers) => {
      const made = async () => {
        const { certificate, key } = await makeCertificate("rsa");
        return { certificate, sent: { nextOauthSecret: { certificate: `${certificate}\n${key}` } } };
      };
      if (proof === "secret") {
        const { clientSecret } = oauth.addClient({ clientId, beside: true });
        return {
          next: { nextOauthSecret: { clientSecret } },
          wrong: { nextOauthSecret: { clientSecret: `${clientSecret}-wrong` } },
          endOld: () => {
            oauth.addClient({ clientId, secret: clientSecret });
            oauth.endTokens(clientId);
          },
        };
      }
      const { certificate, sent } = await made();
      oauth.addClient({ clientId, certificate, beside: true });
      return {
        next: sent,
        wrong: (await made()).sent,
        endOld: () => {
          oauth.addClient({ clientId, certificate });
          oauth.endTokens(clientId);
        },
      };
    },
  };
};

const online = (clientId: string, proof: "secret" | "certificate"): Way => {
  const { settings, renew, beside } = application(clientId, proof);
  return {
    address: `graph-${proof}@contoso.test`,
    profile: (providers) => ({ type: "exchange-online", oauth: settings(providers, { api: providers.graph.url }) }),
    ...{ renew, beside, lost: proofLost },
  };
};

const hybrid = application(applications.hybrid, "certificate");
/** Where its certificate is. */
const certificateName = "mailfleet";
const inVault = ({ vault }: Providers, clientSecret: string) => ({
  keyVault: { url: vault.url, certificateName, clientId: applications.reader, clientSecret },
});
/** Another certificate in the vault, and no other is accepted any more. */
async function renewInVault({ oauth, vault }: Providers): Promise<void> {
  const made = await makeCertificate("rsa");
  oauth.addClient({ clientId: applications.hybrid, certificate: made.certificate });
  vault.put(certificateName, await pkcs12Secret(made));
}

const ways: Readonly<Record<string, Way>> = {
  "EWS with Basic": byServiceAccount("basic"),
  "EWS with NTLM": byServiceAccount("ntlm"),
  "EWS with hybrid modern authentication": {
    address: "hybrid@contoso.test",
    profile: (providers) => {
      const { exchange, trustedCertificates } = providers;
      const server = { apiUrl: exchange.url, trustedCertificates };
      return { type: "exchange-server", inbound: server, outbound: server, oauth: hybrid.settings(providers) };
    },
    async renew(providers) {
      await renewInVault(providers);
      providers.vault.allow(applications.reader);
      return {
        oauthSecret: inVault(providers, providers.oauth.addClient({ clientId: applications.reader }).clientSecret),
      };
    },
    async beside(providers) {
      const { oauth } = providers;
      // The certificate changes in the vault, and nobody tells Mailfleet.
      await renewInVault(providers);
      oauth.endTokens(applications.hybrid);
      const { clientSecret } = oauth.addClient({ clientId: applications.reader, beside: true });
      return {
        next: { nextOauthSecret: inVault(providers, clientSecret) },
        wrong: { nextOauthSecret: inVault(providers, `${clientSecret}-wrong`) },
        endOld: () => {
          oauth.addClient({ clientId: applications.reader, secret: clientSecret });
          oauth.endTokens(applications.hybrid);
        },
      };
    },
    lost: { ...proofLost, code: "KEY_VAULT_CLIENT_REJECTED" },
  },
  "Graph with a client secret": online(applications.secret, "secret"),
  "Graph with a certificate": online(applications.certificate, "certificate"),
};

const path = (address: string) => `/mailboxes/${encodeURIComponent(address)}`;
const mail = (to: string, subject: string) =>
  Buffer.from(
    [
      "From: a@elsewhere.test",
      `To: ${to}`,
      `Subject: ${subject}`,
      `Message-ID: <${subject.replaceAll(" ", "-")}.${to}>`,
      "",
      "text",
      "",
    ].join("\r\n"),
  );

describe("Exchange, from an empty system, with two replicas of each worker", () => {
  let providers: Providers;
  let world: FleetWorld;
  const profiles = new Map<string, Profile>();
  const isOnline = (address: string) => address.startsWith("graph");
  const deliver = (address: string, subject: string) =>
    isOnline(address)
      ? void providers.graph.addMailbox(address).add(mail(address, subject))
      : providers.exchange.deliver(address, mail(address, subject));
  const sentBy = (address: string): readonly string[] =>
    isOnline(address)
      ? providers.graph.sent.filter(({ from }) => from === address).map(({ subject }) => subject)
      : providers.exchange.sent
          .filter(({ from }) => from === address)
          .map(({ raw }) => /^Subject: (.*?)\r?$/m.exec(raw.toString())?.[1] ?? "");
  const received = async (address: string, prefix: string) =>
    (await world.messages(address)).map(({ subject }) => subject ?? "").filter((one) => one.startsWith(prefix));
  const send = (address: string, subject: string) =>
    world.api.post<Send>(`${path(address)}/sends`, { to: [address], subject, text: "hello" });
  const states = (sends: readonly Send[]) =>
    Promise.all(sends.map(async ({ id }) => (await world.api.get<Send>(`/sends/${id}`)).state));

  /** The outcome, and the steps that worked in each direction. */
  const testConnection = async ({ id }: Profile, body: object) => {
    const { outcome, directions } = await world.api.post<ConnectionTest>(`/profiles/${id}/test-connection`, body);
    const worked = directions.map(({ direction, steps }): [string, string[]] => [
      direction,
      steps.filter((one) => one.outcome === "ok").map((one) => one.step),
    ]);
    return { outcome, ...(Object.fromEntries(worked) as { inbound?: string[]; outbound?: string[] }) };
  };

  /** The same step for each way, at the same time. */
  const step = (what: string, work: (way: Way) => Promise<void>) =>
    describe(what, { concurrency: true }, () => {
      for (const [name, way] of Object.entries(ways)) it(name, () => work(way));
    });

  before(async () => {
    const addresses = Object.values(ways).map(({ address }) => address);
    const certificate = await makeCertificate();
    const oauth = await startOAuthDouble();
    providers = {
      oauth,
      vault: await startVaultDouble({ oauth }),
      graph: await startGraphDouble({
        ...{ oauth, mailboxes: [...addresses.filter(isOnline), outside], latencyMs: 30 },
      }),
      exchange: await startEwsDouble({
        ...{ certificate, oauth },
        accounts: [
          ...addresses.filter((address) => !isOnline(address)).map((address) => ({ address, password: "unused" })),
          ...[...serviceAccounts("basic"), ...serviceAccounts("ntlm")].map((address) => ({
            ...{ address, password: randomBytes(12).toString("hex"), impersonates: true, mailbox: false },
          })),
        ],
      }),
      trustedCertificates: certificate.certificate,
    };
    providers.exchange.extendedProtection = true;
    world = await startWorld({
      env: { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8" },
      replicas: { "inbound-sync": 2, "outbound-send": 2 },
    });
  });
  after(async () => {
    await world?.stop();
    await Promise.all([
      providers?.graph.stop(),
      providers?.exchange.stop(),
      providers?.vault.stop(),
      providers?.oauth.stop(),
    ]);
  });

  step("is enabled in both directions; nobody signs in", async (way) => {
    const { address } = way;
    const profile = await world.api.post<Profile>("/profiles", {
      name: address,
      ...way.profile(providers),
      ...(await way.renew(providers)),
    });
    profiles.set(address, profile);
    const alone = await testConnection(profile, {});
    const signsIn = [
      ...(way === ways["EWS with hybrid modern authentication"] ? ["certificate"] : []),
      ...["connect", ...(isOnline(address) ? [] : ["tls"]), "authenticate"],
    ];
    assert.deepEqual(alone, { outcome: "partial", inbound: signsIn, outbound: signsIn }, "before there is a mailbox");
    const { id: mailboxId } = await world.api.post<Mailbox>("/mailboxes", { address, profileId: profile.id });
    const whole = await testConnection(profile, { mailboxId });
    assert.deepEqual([whole.outcome, whole.inbound?.at(-1)], ["ok", "list"]);
    await world.api.post(`${path(address)}/approve`, { address });
    await world.api.post(`${path(address)}/test-and-enable`, {});
    const { directions } = await world.reads(address, "enabled.running");
    assert.deepEqual([directions.inbound.verdict, directions.outbound.verdict], ["Success", "Success"]);
  });

  step("receives a hundred messages once and sends ten once, at the same time", async ({ address }) => {
    for (let n = 0; n < incoming; n += 1) deliver(address, `in ${n}`);
    const sends = await Promise.all(Array.from({ length: outgoing }, (_, n) => send(address, `out ${n}`)));
    await holds(async () => assert.deepEqual(new Set(await states(sends)), new Set(["sent"])));
    await holds(async () => assert.equal((await received(address, "in ")).length, incoming));
    await holds(async () => assert.equal((await received(address, "out ")).length, outgoing));
    assert.equal(new Set(await received(address, "in ")).size, incoming);
    assert.equal(sentBy(address).filter((subject) => subject.startsWith("out ")).length, outgoing);
  });

  it("never has more than four requests at once for a mailbox of Graph, which is its limit", () => {
    const { requests, addMailbox } = providers.graph;
    const most = Object.values(ways).flatMap(({ address }) =>
      isOnline(address) ? addMailbox(address).mostAtOnce : [],
    );
    assert.ok(Math.min(...most) >= 2 && Math.max(...most) <= 4, `${most} at once`);
    assert.ok(!requests.some(({ status }) => status === 429));
  });

  step("has other credentials after a test with one mailbox, and no poll fails meanwhile", async (way) => {
    const { address } = way;
    const profile = profiles.get(address) as Profile;
    const at = `/profiles/${profile.id}`;
    const { id: mailboxId } = await world.mailbox(address);
    // Each failure, stop, change and test raises a generation.
    const heard = async () => {
      const { directions, lifecycle, changedAt } = await world.mailbox(address);
      return [lifecycle, directions.inbound.generation, directions.outbound.generation, changedAt];
    };
    const before = await heard();
    const { next, wrong, endOld } = await way.beside(providers);
    let rounds = 0;
    const works = async () => {
      const subject = `round ${++rounds}`;
      deliver(address, subject);
      const sent = await send(address, subject);
      await holds(async () => assert.equal((await received(address, subject)).length, 2));
      await holds(async () => assert.deepEqual(await states([sent]), ["sent"]));
      assert.deepEqual(await heard(), before, "the mailbox has heard of nothing");
    };
    const isRefused = (words: RegExp) => assert.rejects(world.api.post(`${at}/switch-to-next`, {}), words);

    await isRefused(/no next secret/);
    await world.api.patch(at, wrong);
    await isRefused(/has not passed a test/);
    assert.equal((await testConnection(profile, { mailboxId, next: true })).outcome, "failed");
    await isRefused(/has not passed a test/);
    await works();

    await world.api.patch(at, next);
    assert.equal((await testConnection(profile, { mailboxId, next: true })).outcome, "ok");
    const switched = await world.api.post<Profile>(`${at}/switch-to-next`, {});
    assert.deepEqual(
      [switched.nextInboundCredentials, switched.nextOutboundCredentials, switched.nextOauthSecret, switched.nextTest],
      [null, null, null, null],
    );
    await works();
    endOld();
    await works();
    const { items } = await world.api.get<{ items: Alert[] }>(`/alerts?objectId=${profile.id}`);
    assert.deepEqual(
      items.map(({ code, state }) => `${code} ${state}`),
      [],
      "what was refused was not in use",
    );
  });

  describe("its credentials are no longer accepted", () => {
    const next = new Map<string, object>();
    before(async () => {
      for (const way of Object.values(ways)) next.set(way.address, await way.renew(providers));
      for (const clientId of Object.values(applications)) providers.oauth.endTokens(clientId);
      providers.exchange.hangUp();
    });

    step("it says so in words, and works again with new ones; nothing comes twice", async ({ address, lost }) => {
      const waiting = await send(address, "waits");
      const { id, directions } = await world.reads(address, lost.lifecycle);
      const { inbound } = directions;
      assert.equal(inbound.lastError?.code, lost.code, JSON.stringify(inbound));
      assert.match(inbound.lastError?.evidence?.reply ?? "", lost.reply);
      assert.match(inbound.lastError?.remedy ?? "", lost.remedy);
      await holds(async () => {
        const alerts = [id, profiles.get(address)?.id ?? ""].map((object) => world.raisedAlerts(object));
        assert.ok((await Promise.all(alerts)).flat().some(({ code }) => code === lost.code));
      });
      const refusals = async () =>
        (await world.raisedAlerts(profiles.get(address)?.id ?? "")).filter(
          ({ code }) => code === "PROFILE_SIGN_IN_REFUSED",
        );
      const both = lost === passwordLost ? ["inbound", "outbound"] : [];
      const directionsOf = async () => (await refusals()).map(({ object }) => object.direction ?? "").sort();
      await holds(async () => assert.deepEqual(await directionsOf(), both));
      deliver(address, "meanwhile");
      await world.api.patch(`/profiles/${profiles.get(address)?.id}`, next.get(address) ?? {});
      await world.api.post(`${path(address)}/test-and-enable`, {});
      await world.reads(address, "enabled.running");
      await holds(async () => assert.equal((await received(address, "meanwhile")).length, 1));
      await holds(async () => assert.deepEqual(await states([waiting]), ["sent"]));
      assert.equal(sentBy(address).filter((subject) => subject === "waits").length, 1);
      await holds(async () => assert.deepEqual(await directionsOf(), []));
      const counts = [(await received(address, "in ")).length, (await received(address, "out ")).length];
      assert.deepEqual(counts, [incoming, outgoing]);
    });
  });

  describe("appointments, contacts and tasks", { concurrency: true }, () => {
    const theirs = '{"organisation":"og_other","name":"Other"}';
    /** The mark of another organisation takes the place of ours. Returns ours. */
    const markAsTheirs = (address: string): string | undefined => {
      if (isOnline(address)) {
        const { properties } = providers.graph.addMailbox(address).calendar;
        const [[name = "", ours] = []] = properties;
        properties.set(name, theirs);
        return ours;
      }
      const mailbox = providers.exchange.mailbox(address);
      const { id = "", extended = {} } = mailbox.folder("calendar") ?? {};
      mailbox.editFolder(id, { extended: Object.fromEntries(Object.keys(extended).map((name) => [name, theirs])) });
      return Object.values(extended)[0];
    };
    const act = async (address: string, state: string) => {
      await holds(async () => assert.equal((await world.mailbox(address)).directions.act.state, state));
      return world.mailbox(address);
    };
    const both = { inbound: "server-side", outbound: "server-side" };

    for (const name of ["EWS with Basic", "Graph with a client secret"])
      it(`by ${name}: this organisation has them until another one takes them, and mail goes on`, async () => {
        const { address } = ways[name] as Way;
        await world.api.patch(path(address), { deliveryMethods: { ...both, act: "server-side" } });
        const { directions } = await act(address, "enabled.running");
        const steps = directions.act.lastTest?.steps.map(({ step, outcome }) => `${step} ${outcome}`) ?? [];
        assert.deepEqual(steps.slice(-4), ["calendar ok", "contacts ok", "tasks ok", "mark ok"]);

        const ours = markAsTheirs(address);
        const { organisationId } = await world.api.get<Settings>("/settings");
        assert.ok(organisationId && ours?.includes(organisationId), ours);
        await world.api.post(`${path(address)}/test`, { directions: ["act"] });
        const stopped = await act(address, "failed.final");
        assert.equal(stopped.directions.act.lastError?.code, "ITEMS_OF_ANOTHER_ORGANISATION");
        assert.match(stopped.directions.act.lastError?.evidence?.reply ?? "", /that of Other \(og_other\)/);
        assert.equal(stopped.directions.inbound.state, "enabled.running");
        await holds(async () => {
          const alerts = await world.raisedAlerts(stopped.id);
          assert.ok(alerts.some(({ code }) => code === "ITEMS_OF_ANOTHER_ORGANISATION"));
        });

        await world.api.post(`${path(address)}/test-and-enable`, { directions: ["act"], takeOver: true });
        const { lastTest } = (await act(address, "enabled.running")).directions.act;
        assert.match(lastTest?.steps.at(-1)?.detail ?? "", /taken over from Other/);
      });
  });

  it("a mailbox that failed for its old secret is tested again by the switch to the next one", async () => {
    const { address } = ways["Graph with a client secret"] as Way;
    const profile = profiles.get(address) as Profile;
    const { clientSecret } = providers.oauth.addClient({ clientId: applications.secret });
    providers.oauth.endTokens(applications.secret);
    // Receiving stops; sending would find out with its next message.
    const { id: mailboxId } = await world.reads(address, "enabled.degraded");
    await world.api.patch(`/profiles/${profile.id}`, { nextOauthSecret: { clientSecret } });
    assert.equal((await testConnection(profile, { mailboxId, next: true })).outcome, "ok");
    assert.equal((await world.mailbox(address)).lifecycle, "enabled.degraded", "a test of the profile changes nothing");
    await world.api.post(`/profiles/${profile.id}/switch-to-next`, {});
    await world.reads(address, "enabled.running");
  });

  it("what the administrator of the tenant no longer approves stops, and the refusal says who can approve it", async () => {
    const { address } = ways["Graph with a certificate"] as Way;
    const clientId = applications.certificate;
    providers.oauth.consent(clientId, ["Mail.Send", "User.Read.All"]);
    providers.oauth.endTokens(clientId);
    const { inbound, outbound } = (await world.reads(address, "enabled.degraded")).directions;
    assert.equal(inbound.lastError?.code, "TENANT_APPROVAL_MISSING", JSON.stringify(inbound));
    assert.match(inbound.lastError?.remedy ?? "", /Global or Privileged Role Administrator of the tenant/);
    assert.equal(outbound.enabled, true);
    providers.oauth.consent(clientId, ["Mail.ReadWrite", "Mail.Send"]);
    providers.oauth.endTokens(clientId);
    await world.api.post(`${path(address)}/test-and-enable`, {});
    const again = await world.reads(address, "enabled.running");
    const steps = again.directions.inbound.lastTest?.steps ?? [];
    const said = steps.map(({ step, outcome, detail }) => `${step} ${outcome}: ${detail}`).join("\n");
    assert.match(said, /^access ok: the tenant's administrator has consented to Mail\.ReadWrite$/m);
    assert.match(said, /^account skipped: .*User\.Read\.All/m);
  });

  it("a mailbox outside the scope of an application is refused, and the refusal says how to let it in", async () => {
    const { address } = ways["Graph with a client secret"] as Way;
    providers.graph.limitScope(Object.values(ways).map((way) => way.address));
    await world.api.post("/mailboxes", { address: outside, profileId: profiles.get(address)?.id });
    await world.api.post(`${path(outside)}/approve`, { address: outside });
    await world.api.post(`${path(outside)}/test-and-enable`, {});
    const { inbound, outbound } = (await world.reads(outside, "disabled.failed")).directions;
    for (const { lastError } of [inbound, outbound]) {
      assert.equal(lastError?.code, "MAILBOX_OUT_OF_SCOPE");
      assert.match(lastError?.evidence?.reply ?? "", /ErrorAccessDenied/);
      assert.match(lastError?.remedy ?? "", /Test-ServicePrincipalAuthorization.*Test-ApplicationAccessPolicy/s);
    }
    assert.equal((await world.mailbox(address)).lifecycle, "enabled.running");
  });
});
