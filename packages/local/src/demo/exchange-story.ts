import { randomUUID } from "node:crypto";
import type { FailureCode, Mailbox, Profile, Send } from "@mailfleet/contracts";
import { type ProviderHouse, serviceAccount } from "./provider-house.ts";
import type { ProviderScene } from "./scene.ts";
import { shortenWaits, testAndEnable } from "./set-up-chapters.ts";

const anna = "anna@contoso.test";
const chief = "chief@contoso.test";
const tenant = "contoso.test";
const clientId = "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c11";
const count = 25;
const at = `/mailboxes/${encodeURIComponent(anna)}`;
/** The accounts that the doubles need. */
export const exchangeAccounts = [anna, chief];

/** What is different between the two systems named Exchange. */
export interface ExchangeKind {
  readonly name: string;
  /** The profile, without what it signs in with. */
  profile(house: ProviderHouse): object;
  /** What a profile signs in with, new; the provider refuses what it accepted before, also where it is in use. */
  renew(house: ProviderHouse): { readonly secret: string; readonly fields: object };
  readonly renewed: string;
  deliver(house: ProviderHouse, raw: Buffer): void;
  readonly lost: { readonly lifecycle: Mailbox["lifecycle"]; readonly code: FailureCode };
  /** Lets the profile act for these mailboxes only. */
  limit(house: ProviderHouse, addresses: readonly string[]): void;
  readonly outside: FailureCode;
}

/** Exchange Server by EWS with a service account, and Exchange Online by Microsoft Graph with an application. */
export const exchanges: Readonly<Record<"exchange" | "exchange-online", ExchangeKind>> = {
  exchange: {
    name: "Exchange Server",
    profile: ({ exchange }) => {
      const server = { apiUrl: exchange.url, security: "none", authentication: "ntlm" };
      return { type: "exchange-server", inbound: server, outbound: server };
    },
    renew: ({ exchange }) => {
      const { address, username } = serviceAccount;
      const password = randomUUID();
      exchange.setPassword(address, password);
      exchange.hangUp();
      const credentials = { username, password };
      return { secret: password, fields: { inboundCredentials: credentials, outboundCredentials: credentials } };
    },
    renewed: "The password of the service account changes",
    deliver: ({ exchange }, raw) => exchange.deliver(anna, raw),
    lost: { lifecycle: "disabled.credentialsExpired", code: "PROFILE_CREDENTIALS_REFUSED" },
    limit: ({ exchange }, addresses) => exchange.limitScope(addresses),
    outside: "IMPERSONATION_DENIED",
  },
  "exchange-online": {
    name: "Exchange Online",
    profile: ({ oauth, graph }) => ({
      type: "exchange-online",
      oauth: {
        ...{ provider: "microsoft", flow: "application", tenantId: tenant, clientId },
        endpoints: { token: oauth.tenant(tenant).token, api: graph.url },
      },
    }),
    renew: ({ oauth }) => {
      const { clientSecret } = oauth.addClient({ clientId });
      oauth.endTokens(clientId);
      return { secret: clientSecret, fields: { oauthSecret: { clientSecret } } };
    },
    renewed: "The secret is taken away in Entra, and its tokens end",
    deliver: ({ graph }, raw) => void graph.addMailbox(anna).add(raw),
    lost: { lifecycle: "disabled.failed", code: "CLIENT_REJECTED" },
    limit: ({ graph }, addresses) => graph.limitScope(addresses),
    outside: "MAILBOX_OUT_OF_SCOPE",
  },
};

/** Nobody signs in: mail comes in and goes out, the credentials are lost, and a mailbox lies outside of their scope. */
export async function tellExchangeStory(scene: ProviderScene, house: ProviderHouse, kind: ExchangeKind): Promise<void> {
  const { api, narrator } = scene;
  const deliver = (subject: string) =>
    kind.deliver(house, Buffer.from(`From: shop@elsewhere.test\r\nTo: ${anna}\r\nSubject: ${subject}\r\n\r\nx\r\n`));
  const received = async (begins: string) =>
    (await api.messages(anna)).filter(({ subject }) => subject?.startsWith(begins));
  const send = (subject: string) => api.client.post<Send>(`${at}/sends`, { to: [anna], subject, text: "Three lamps." });
  const isSent = ({ id }: Send) =>
    api.until(
      () => api.client.get<Send>(`/sends/${id}`),
      ({ state }) => state === "sent",
      20_000,
    );
  await shortenWaits(scene);

  narrator.chapter(`A profile of ${kind.name}`);
  const { secret, fields } = kind.renew(house);
  const profile = await api.client.post<Profile>("/profiles", { name: kind.name, ...kind.profile(house), ...fields });
  const { protocol, host, port } = profile.inbound;
  narrator.say(`${protocol} ${host}:${port} in both directions`);
  narrator.claim(!JSON.stringify(profile).includes(secret), "the secret is sealed and not shown again");
  await api.client.post("/mailboxes", { address: anna, profileId: profile.id });
  await api.client.post(`${at}/approve`, { address: anna });
  await testAndEnable(scene, [{ address: anna }]);

  narrator.chapter("Mail comes in and goes out");
  for (let n = 1; n <= count; n += 1) deliver(`order ${n}`);
  await api.until(
    () => received("order "),
    (all) => all.length >= count,
    20_000,
  );
  const orders = (await received("order ")).map(({ subject }) => subject);
  const isOnce = orders.length === count && new Set(orders).size === count;
  narrator.claim(isOnce, `${orders.length} of ${count} messages are stored and announced, none twice`);
  narrator.claim((await isSent(await send("Offer"))) !== null, "a message is sent through the API");

  narrator.chapter(kind.renewed);
  const { fields: right } = kind.renew(house);
  const waiting = await send("waits for the new one");
  const stopped = await api.until(
    () => api.mailbox(anna),
    ({ lifecycle }) => lifecycle === kind.lost.lifecycle,
    40_000,
  );
  const error = stopped?.directions.inbound.lastError ?? stopped?.directions.outbound.lastError;
  narrator.say(error ? `${error.code}: ${error.text} → ${error.remedy}` : "");
  narrator.claim(error?.code === kind.lost.code, `${anna} is ${stopped?.lifecycle ?? "still running"}`);
  deliver("while away");
  await api.client.patch(`/profiles/${profile.id}`, right);
  await testAndEnable(scene, [{ address: anna }]);
  const late = await api.until(
    () => received("while away"),
    (all) => all.length === 1,
    20_000,
  );
  narrator.claim(late !== null, "the mail that arrived in the meantime is received");
  narrator.claim((await isSent(waiting)) !== null, "the message that waited is sent");

  narrator.chapter("A mailbox outside of the scope");
  kind.limit(house, [anna]);
  const outside = `/mailboxes/${encodeURIComponent(chief)}`;
  await api.client.post("/mailboxes", { address: chief, profileId: profile.id });
  await api.client.post(`${outside}/approve`, { address: chief });
  await api.client.post(`${outside}/test-and-enable`, {});
  const refused = await api.until(
    () => api.mailbox(chief),
    ({ lifecycle }) => lifecycle === "disabled.failed",
    30_000,
  );
  const denial = refused?.directions.inbound.lastError;
  narrator.say(denial ? `${denial.code}: ${denial.text} → ${denial.remedy}` : "");
  narrator.claim(denial?.code === kind.outside, `${chief} is refused, and the refusal names the commands`);
  narrator.claim((await api.mailbox(anna)).lifecycle === "enabled.running", `${anna} goes on`);
}
