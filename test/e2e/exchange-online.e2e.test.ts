import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Alert, Profile, Send } from "@mailfleet/contracts";
import {
  type GraphDouble,
  makeCertificate,
  type OAuthDouble,
  startGraphDouble,
  startOAuthDouble,
} from "@mailfleet/local/doubles";
import { type FleetWorld, startWorld } from "../world/fleet-world.ts";
import { holds } from "../world/holds.ts";

const address = "anna@contoso.test";
const outside = "chief@contoso.test";
const incoming = 100;
const outgoing = 10;
const clientId = "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c11";
const path = `/mailboxes/${encodeURIComponent(address)}`;
const mail = (subject: string) =>
  Buffer.from(
    [
      "From: a@elsewhere.test",
      `To: ${address}`,
      `Subject: ${subject}`,
      `Message-ID: <${subject.replaceAll(" ", "-")}@elsewhere.test>`,
      "",
      "text",
      "",
    ].join("\r\n"),
  );

/** How the application proves itself: what Entra knows of it, and what is sent to Mailfleet. */
interface Proof {
  /** Makes a new one; what Entra knew before is no longer accepted. */
  renew(oauth: OAuthDouble): Promise<object>;
  readonly settings: object;
}

const proofs: Readonly<Record<string, Proof>> = {
  "a client secret": {
    settings: {},
    renew: async (oauth) => ({ clientSecret: oauth.addClient({ clientId }).clientSecret }),
  },
  "a certificate": {
    settings: { clientAuthentication: "certificate" },
    renew: async (oauth) => {
      const { certificate, key } = await makeCertificate("rsa");
      oauth.addClient({ clientId, certificate });
      return { certificate: `${certificate}\n${key}` };
    },
  },
};

for (const [proof, { settings, renew }] of Object.entries(proofs))
  describe(`Exchange Online with ${proof}, from an empty system`, () => {
    let oauth: OAuthDouble;
    let graph: GraphDouble;
    let world: FleetWorld;
    let profile: Profile;
    const received = async (prefix: string) =>
      (await world.messages(address)).filter(({ subject }) => subject?.startsWith(prefix));
    const send = (subject: string, more = {}) =>
      world.api.post<Send>(`${path}/sends`, { to: [address], subject, text: "hello" }, more);
    const states = (sends: readonly Send[]) =>
      Promise.all(sends.map(async ({ id }) => (await world.api.get<Send>(`/sends/${id}`)).state));

    before(async () => {
      oauth = await startOAuthDouble();
      graph = await startGraphDouble({ oauth, mailboxes: [address, outside] });
      world = await startWorld({ env: { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8" } });
    });
    after(async () => {
      await world?.stop();
      await Promise.all([graph?.stop(), oauth?.stop()]);
    });

    it("is enabled in both directions; nobody signs in, and nobody writes down a server", async () => {
      const { token } = oauth.tenant("contoso.test");
      const oauthSecret = await renew(oauth);
      profile = await world.api.post<Profile>("/profiles", {
        name: "Exchange Online",
        type: "exchange-online",
        oauth: {
          ...{ provider: "microsoft", flow: "application", tenantId: "contoso.test", clientId, ...settings },
          endpoints: { token, api: graph.url },
        },
        oauthSecret,
      });
      assert.deepEqual([profile.inbound.protocol, profile.outbound.host], ["graph", "graph.microsoft.com"]);
      await world.api.post("/mailboxes", { address, profileId: profile.id });
      await world.api.post(`${path}/approve`, { address });
      await world.api.post(`${path}/test-and-enable`, {});
      const { directions } = await world.reads(address, "enabled.running");
      assert.deepEqual([directions.inbound.verdict, directions.outbound.verdict], ["Success", "Success"]);
    });

    it("receives a hundred messages once", async () => {
      const mailbox = graph.addMailbox(address);
      for (let n = 0; n < incoming; n += 1) mailbox.add(mail(`in ${n}`));
      await holds(async () => assert.equal((await received("in ")).length, incoming));
      assert.equal(new Set((await received("in ")).map(({ subject }) => subject)).size, incoming);
    });

    it("sends ten messages once", async () => {
      const sends = await Promise.all(Array.from({ length: outgoing }, (_, n) => send(`out ${n}`)));
      await holds(async () => assert.deepEqual(new Set(await states(sends)), new Set(["sent"])));
      assert.equal(graph.sent.filter(({ subject }) => subject.startsWith("out ")).length, outgoing);
      await holds(async () => assert.equal((await received("out ")).length, outgoing));
    });

    it("no longer has its proof: says so in words, and works again with a new one; nothing comes twice", async () => {
      const lost = await renew(oauth);
      // A process that starts again has no token in its memory and must ask for one.
      await Promise.all(["inbound-sync", "outbound-send"].map((name) => world.stack.service(name as never).kill()));
      await world.api.post(`${path}/sync-now`, {});
      const waiting = await world.api
        .post<Send>(`${path}/sends`, { to: [address], subject: "waits", text: "x" }, { idempotencyKey: "waits" })
        .catch(() => null);
      const stopped = await world.reads(address, "disabled.failed");
      const { lastError } = stopped.directions.inbound;
      assert.equal(lastError?.code, "CLIENT_REJECTED", JSON.stringify(stopped.directions));
      assert.match(lastError?.evidence?.reply ?? "", /AADSTS7000215/);
      assert.match(lastError?.remedy ?? "", /secret/);
      await holds(async () => {
        const { items } = await world.api.get<{ items: Alert[] }>("/alerts?state=raised");
        assert.ok(items.some(({ code }) => code === "CLIENT_REJECTED"));
      });
      graph.addMailbox(address).add(mail("meanwhile"));
      await world.api.patch(`/profiles/${profile.id}`, { oauthSecret: lost });
      await world.api.post(`${path}/test-and-enable`, {});
      await world.reads(address, "enabled.running");
      await holds(async () => assert.equal((await received("meanwhile")).length, 1));
      if (waiting) await holds(async () => assert.deepEqual(await states([waiting]), ["sent"]));
      assert.deepEqual([(await received("in ")).length, (await received("out ")).length], [incoming, outgoing]);
    });

    it("a mailbox outside the application's scope is refused, and the refusal says how to let it in", async () => {
      graph.limitScope([address]);
      const at = `/mailboxes/${encodeURIComponent(outside)}`;
      await world.api.post("/mailboxes", { address: outside, profileId: profile.id });
      await world.api.post(`${at}/approve`, { address: outside });
      await world.api.post(`${at}/test-and-enable`, {});
      const { directions } = await world.reads(outside, "disabled.failed");
      for (const { lastError } of [directions.inbound, directions.outbound]) {
        assert.equal(lastError?.code, "MAILBOX_OUT_OF_SCOPE");
        assert.match(lastError?.evidence?.reply ?? "", /ErrorAccessDenied/);
        assert.match(lastError?.remedy ?? "", /Test-ServicePrincipalAuthorization.*Test-ApplicationAccessPolicy/s);
      }
      assert.equal((await world.mailbox(address)).lifecycle, "enabled.running");
    });
  });

describe("Exchange Online with two replicas of each worker, under load", () => {
  it("never has more than four requests at once for a mailbox, which is Graph's limit", async () => {
    const oauth = await startOAuthDouble();
    const graph = await startGraphDouble({ oauth, mailboxes: [address], latencyMs: 50 });
    const world = await startWorld({
      env: { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8" },
      replicas: { "inbound-sync": 2, "outbound-send": 2 },
    });
    try {
      const { token } = oauth.tenant("contoso.test");
      const { id: profileId } = await world.api.post<Profile>("/profiles", {
        name: "Exchange Online",
        type: "exchange-online",
        oauth: {
          ...{ provider: "microsoft", flow: "application", tenantId: "contoso.test", clientId },
          endpoints: { token, api: graph.url },
        },
        oauthSecret: { clientSecret: oauth.addClient({ clientId }).clientSecret },
      });
      await world.api.post("/mailboxes", { address, profileId });
      await world.api.post(`${path}/approve`, { address });
      await world.api.post(`${path}/test-and-enable`, {});
      await world.reads(address, "enabled.running");
      const mailbox = graph.addMailbox(address);
      for (let n = 0; n < incoming; n += 1) mailbox.add(mail(`in ${n}`));
      const sends = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          world.api.post<Send>(`${path}/sends`, { to: ["far@elsewhere.test"], subject: `out ${n}`, text: "x" }),
        ),
      );
      await world.api.post(`${path}/test-and-enable`, {});
      await holds(async () => assert.ok((await world.messages(address)).length >= incoming), 60_000);
      await holds(async () => {
        for (const { id } of sends) assert.equal((await world.api.get<Send>(`/sends/${id}`)).state, "sent");
      }, 60_000);
      assert.equal(graph.sent.filter(({ subject }) => subject.startsWith("out ")).length, sends.length);
      assert.ok(mailbox.mostAtOnce >= 2 && mailbox.mostAtOnce <= 4, `${mailbox.mostAtOnce} at once`);
      assert.ok(!graph.requests.some(({ status }) => status === 429));
    } finally {
      await world.stop();
      await Promise.all([graph.stop(), oauth.stop()]);
    }
  });
});
