import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Alert, Grant, Mailbox, Profile, ReceivedMessage, Send } from "@mailfleet/contracts";
import { type GmailDouble, type OAuthDouble, startGmailDouble, startOAuthDouble } from "@mailfleet/local/doubles";
import { eventually, mailServers } from "@mailfleet/local/testing";
import { holds } from "../world/holds.ts";
import { type MailWorld, startMailWorld } from "../world/mail-world.ts";
import { signInThroughLink } from "../world/play-mailbox-user.ts";

const { skip } = await mailServers();
const address = "ann@example.test";
const stranger = "bob@example.test";
const incoming = 100;
const outgoing = 10;
const mail = (subject: string) =>
  [
    `From: a@elsewhere.test`,
    `To: ${address}`,
    `Subject: ${subject}`,
    `Message-ID: <${subject.replaceAll(" ", "-")}@elsewhere.test>`,
    "",
    "text",
    "",
  ].join("\r\n");
type View = Mailbox & { grant: Grant | null; signInUrl: string | null };

/** The servers of a variant, and how mail gets to its inbox. */
interface Variant {
  readonly name: string;
  servers(world: MailWorld): { inbound: object; outbound: object };
  deliver(world: MailWorld, gmail: GmailDouble, raws: string[]): Promise<void>;
}

const variants: readonly Variant[] = [
  {
    name: "Gmail by IMAP and SMTP",
    servers: ({ dovecot, postfix }) => {
      const trusted = { host: "localhost", trustedCertificates: dovecot.certificate };
      return {
        inbound: { protocol: "imap", ...trusted, port: dovecot.ports.imaps },
        outbound: { protocol: "smtp", ...trusted, port: postfix.ports.submission, security: "starttls" },
      };
    },
    deliver: ({ dovecot }, _gmail, raws) => dovecot.drop(address, raws.length, (n) => raws[n] ?? ""),
  },
  {
    name: "Gmail by its API",
    servers: () => ({ inbound: { protocol: "gmail" }, outbound: { protocol: "gmail" } }),
    deliver: async (_world, gmail, raws) => {
      for (const raw of raws) gmail.deliver(address, raw);
    },
  },
];

for (const variant of variants)
  describe(`${variant.name}, from an empty system`, { skip }, () => {
    let oauth: OAuthDouble;
    let gmail: GmailDouble;
    let world: MailWorld;
    let mailbox: Mailbox;
    const path = `/mailboxes/${encodeURIComponent(address)}`;
    const view = () => world.api.get<View>(path);
    const reads = (word: Mailbox["lifecycle"]) =>
      eventually(
        async () => {
          const now = await view();
          assert.equal(now.lifecycle, word, JSON.stringify(now.directions));
          return now;
        },
        { timeoutMs: 30_000, everyMs: 100 },
      );
    const received = async (prefix: string) =>
      (await world.api.get<{ items: ReceivedMessage[] }>(`${path}/messages?limit=500`)).items.filter(({ subject }) =>
        subject?.startsWith(prefix),
      );

    before(async () => {
      oauth = await startOAuthDouble();
      gmail = await startGmailDouble({ oauth, mailboxes: [address] });
      for (const account of [address, stranger]) oauth.addAccount(account);
      world = await startMailWorld(
        { users: { [address]: "not used" }, oauth: { introspectionUrl: oauth.endpoints.introspection } },
        { env: { MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8" } },
      );
    });
    after(async () => {
      await world?.stop();
      await Promise.all([gmail?.stop(), oauth?.stop()]);
    });

    it("shows what to register at Google, and says that nobody has signed in yet", async () => {
      const client = oauth.addClient({ redirectUris: [`${world.stack.consoleUrl}/oauth/callback`] });
      const { authorization, issuer, token } = oauth.endpoints;
      const profile = await world.api.post<Profile & { redirectUri: string; javascriptOrigin: string }>("/profiles", {
        name: "Gmail",
        type: "gmail",
        oauth: {
          ...{ provider: "google", clientId: client.clientId },
          endpoints: { issuer, authorization, token, api: gmail.url },
        },
        oauthSecret: { clientSecret: client.clientSecret },
        ...variant.servers(world),
      });
      assert.equal(profile.redirectUri, `${world.stack.consoleUrl}/oauth/callback`);
      assert.equal(profile.javascriptOrigin, world.stack.consoleUrl);
      assert.ok(!JSON.stringify(profile).includes(client.clientSecret));
      mailbox = await world.api.post<Mailbox>("/mailboxes", { address, profileId: profile.id });
      await world.api.post(`${path}/approve`, { address });
      await world.api.post(`${path}/test-and-enable`, {});
      const now = await reads("disabled.consentMissing");
      assert.equal(now.directions.inbound.lastError?.code, "CONSENT_MISSING");
      assert.match(now.directions.inbound.lastError?.remedy ?? "", /link/);
    });

    it("refuses whoever signs in with another account", async () => {
      const { signInUrl } = await view();
      const page = await signInThroughLink(signInUrl ?? "", oauth, stranger);
      assert.ok(page.includes(stranger) && page.includes(address), page);
      assert.equal((await view()).grant, null);
    });

    it("is enabled in both directions once the mailbox's user has signed in", async () => {
      const { signInUrl } = await view();
      const page = await signInThroughLink(signInUrl ?? "", oauth, address);
      assert.match(page, /signed in/);
      const enabled = await reads("enabled.running");
      assert.deepEqual(
        [enabled.directions.inbound.verdict, enabled.directions.outbound.verdict],
        ["Success", "Success"],
      );
      assert.equal(enabled.grant?.account, address);
      assert.equal(enabled.grant?.state, "good");
    });

    it("receives a hundred messages once", async () => {
      await variant.deliver(
        world,
        gmail,
        Array.from({ length: incoming }, (_, n) => mail(`in ${n}`)),
      );
      await holds(async () => assert.equal((await received("in ")).length, incoming));
      assert.equal(new Set((await received("in ")).map(({ subject }) => subject)).size, incoming);
    });

    it("sends ten messages once", async () => {
      const sends = await Promise.all(
        Array.from({ length: outgoing }, (_, n) =>
          world.api.post<Send>(`${path}/sends`, { to: [address], subject: `out ${n}`, text: "hello" }),
        ),
      );
      await holds(async () => {
        const states = await Promise.all(sends.map(({ id }) => world.api.get<Send>(`/sends/${id}`)));
        assert.ok(
          states.every(({ state }) => state === "sent"),
          JSON.stringify(states.map(({ state, lastError }) => [state, lastError])),
        );
      });
      await holds(async () => assert.equal((await received("out ")).length, outgoing));
      assert.equal(new Set((await received("out ")).map(({ subject }) => subject)).size, outgoing);
    });

    it("loses its consent, says so in words with a link, and is enabled again after a new one; nothing comes twice", async () => {
      oauth.revoke(address);
      // A process that starts again has no access token and must refresh.
      await Promise.all(["inbound-sync", "outbound-send"].map((name) => world.stack.service(name as never).kill()));
      await world.api.post(`${path}/sync-now`, {});
      const waiting = await eventually(
        () =>
          world.api.post<Send>(
            `${path}/sends`,
            { to: [address], subject: "waits", text: "x" },
            { idempotencyKey: "submitted-while-a-service-starts" },
          ),
        { timeoutMs: 20_000, everyMs: 200 },
      );
      const ended = await reads("disabled.consentExpired");
      assert.equal(ended.directions.inbound.lastError?.code, "CONSENT_EXPIRED");
      assert.match(ended.directions.inbound.lastError?.remedy ?? "", /sign in again/);
      assert.equal(ended.grant?.state, "ended");
      await holds(async () => {
        const { items } = await world.api.get<{ items: Alert[] }>(`/alerts?objectId=${mailbox.id}&state=raised`);
        assert.ok(items.some(({ code }) => code === "CONSENT_EXPIRED"));
      });
      await signInThroughLink(ended.signInUrl ?? "", oauth, address);
      await reads("enabled.running");
      await holds(async () => assert.equal((await world.api.get<Send>(`/sends/${waiting.id}`)).state, "sent"));
      await holds(async () => assert.equal((await received("waits")).length, 1));
      assert.equal((await received("in ")).length, incoming);
    });

    if (variant.name.endsWith("API"))
      it("resynchronises after its history was lost, without handing anything over twice", async () => {
        gmail.expireHistory();
        await variant.deliver(world, gmail, [mail("after the loss")]);
        await holds(async () => assert.equal((await received("after")).length, 1));
        assert.equal((await received("in ")).length, incoming);
        await holds(async () => {
          const { items } = await world.api.get<{ items: Alert[] }>(`/alerts?objectId=${mailbox.id}`);
          assert.ok(items.some(({ code }) => code === "HISTORY_LOST"));
        });
      });
  });
