import type { Profile, Send } from "@mailfleet/contracts";
import type { ProviderHouse } from "./provider-house.ts";
import type { ProviderScene } from "./scene.ts";
import { shortenWaits, testAndEnable } from "./set-up-chapters.ts";

const anna = "anna@contoso.test";
const chief = "chief@contoso.test";
const tenant = "contoso.test";
const clientId = "6c1f2b8e-3f2a-4b7d-9d7a-2f6f0a0f9c11";
const count = 25;
const at = `/mailboxes/${encodeURIComponent(anna)}`;
/** The accounts that the doubles need. */
export const exchangeOnlineAccounts = [anna, chief];

/** Exchange Online by Microsoft Graph: an application signs in by itself, loses its secret, and is limited to a mailbox. */
export async function tellExchangeOnlineStory(scene: ProviderScene, house: ProviderHouse): Promise<void> {
  const { api, narrator, stack } = scene;
  const mailbox = house.graph.addMailbox(anna);
  const deliver = (subject: string) =>
    mailbox.add(Buffer.from(`From: shop@elsewhere.test\r\nTo: ${anna}\r\nSubject: ${subject}\r\n\r\nx\r\n`));
  const received = async (begins: string) =>
    (await api.messages(anna)).filter(({ subject }) => subject?.startsWith(begins));
  await shortenWaits(scene);

  narrator.chapter("A profile of Exchange Online");
  const { clientSecret } = house.oauth.addClient({ clientId });
  const profile = await api.client.post<Profile>("/profiles", {
    ...{ name: "Exchange Online", type: "exchange-online" },
    oauth: {
      ...{ provider: "microsoft", flow: "application", tenantId: tenant, clientId },
      endpoints: { token: house.oauth.tenant(tenant).token, api: house.graph.url },
    },
    oauthSecret: { clientSecret },
  });
  narrator.say(`${profile.inbound.protocol} ${profile.inbound.host}:${profile.inbound.port} in both directions`);
  narrator.claim(!JSON.stringify(profile).includes(clientSecret), "the secret is sealed and not shown again");
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
  const orders = new Set((await received("order ")).map(({ subject }) => subject));
  narrator.claim(orders.size === count, `${orders.size} of ${count} messages are stored and announced, none twice`);
  const { id } = await api.client.post<Send>(`${at}/sends`, { to: [anna], subject: "Offer", text: "Three lamps." });
  const sent = await api.until(
    () => api.client.get<Send>(`/sends/${id}`),
    ({ state }) => state === "sent",
    20_000,
  );
  narrator.claim(sent !== null, "a message is sent through the API");

  narrator.chapter("The secret is taken away in Entra");
  const { clientSecret: fresh } = house.oauth.addClient({ clientId });
  for (const name of ["inbound-sync", "outbound-send"] as const) stack.service(name).kill();
  narrator.say("both workers start again, so that no token is left in anybody's memory");
  await api.client.post(`${at}/sync-now`, {});
  const stopped = await api.until(
    () => api.mailbox(anna),
    ({ lifecycle }) => lifecycle === "disabled.failed",
    40_000,
  );
  const error = stopped?.directions.inbound.lastError ?? stopped?.directions.outbound.lastError;
  narrator.say(error ? `${error.code}: ${error.text} → ${error.remedy}` : "");
  narrator.claim(error?.code === "CLIENT_REJECTED", `${anna} is ${stopped?.lifecycle ?? "still running"}`);
  deliver("while away");
  await api.client.patch(`/profiles/${profile.id}`, { oauthSecret: { clientSecret: fresh } });
  await testAndEnable(scene, [{ address: anna }]);
  const late = await api.until(
    () => received("while away"),
    (all) => all.length === 1,
    20_000,
  );
  narrator.claim(late !== null, "the mail that arrived in the meantime is received");

  narrator.chapter("A mailbox outside the application's scope");
  house.graph.limitScope([anna]);
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
  narrator.claim(denial?.code === "MAILBOX_OUT_OF_SCOPE", `${chief} is refused, and the refusal names the commands`);
  narrator.claim((await api.mailbox(anna)).lifecycle === "enabled.running", `${anna} goes on`);
}
