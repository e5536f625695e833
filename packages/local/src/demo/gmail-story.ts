import type { Grant, Mailbox, Profile, Send } from "@mailfleet/contracts";
import { signInByLink } from "./play-mailbox-user.ts";
import type { ProviderHouse } from "./provider-house.ts";
import type { ProviderScene } from "./scene.ts";
import { shortenWaits, testAndEnable } from "./set-up-chapters.ts";

type View = Mailbox & { grant: Grant | null; signInUrl: string | null };

const anna = "anna@gmail.test";
const count = 25;
const at = `/mailboxes/${encodeURIComponent(anna)}`;
/** The accounts that the doubles need. */
export const gmailAccounts = [anna];

/** Gmail's API with OAuth 2.0: the mailbox's user signs in, mail flows, the consent is withdrawn and given again. */
export async function tellGmailStory(scene: ProviderScene, house: ProviderHouse): Promise<void> {
  const { api, narrator, stack } = scene;
  const view = () => api.client.get<View>(at);
  await shortenWaits(scene);

  narrator.chapter("A Gmail profile");
  const client = house.oauth.addClient({ redirectUris: [`${stack.consoleUrl}/oauth/callback`] });
  const profile = await api.client.post<Profile & { redirectUri: string; javascriptOrigin: string }>("/profiles", {
    ...{ name: "Gmail", type: "gmail", inbound: { protocol: "gmail" }, outbound: { protocol: "gmail" } },
    oauth: { provider: "google", clientId: client.clientId, endpoints: house.endpoints },
    oauthSecret: { clientSecret: client.clientSecret },
  });
  narrator.say(`register at Google: redirect ${profile.redirectUri}, JavaScript origin ${profile.javascriptOrigin}`);
  narrator.claim(
    profile.oauthSecret !== null && !JSON.stringify(profile).includes(client.clientSecret),
    "the client's secret is sealed and not shown again",
  );

  narrator.chapter("The mailbox's user signs in");
  await api.client.post("/mailboxes", { address: anna, profileId: profile.id });
  await api.client.post(`${at}/approve`, { address: anna });
  const { signInUrl } = await view();
  narrator.say(`the link for ${anna}: ${signInUrl} (no Mailfleet account needed)`);
  await signInByLink(signInUrl ?? "", house.oauth, anna);
  const { grant } = await view();
  narrator.claim(grant?.account === anna, `signed in as ${grant?.account}, for ${grant?.scopes.join(", ")}`);
  await testAndEnable(scene, [{ address: anna }]);

  narrator.chapter("Mail comes in and goes out");
  for (let n = 1; n <= count; n += 1)
    house.gmail.deliver(anna, `From: shop@elsewhere.test\r\nTo: ${anna}\r\nSubject: order ${n}\r\n\r\nx\r\n`);
  const orders = async () => (await api.messages(anna)).filter(({ subject }) => subject?.startsWith("order "));
  await api.until(orders, (all) => all.length >= count, 20_000);
  const received = await orders();
  narrator.claim(
    received.length === count && new Set(received.map(({ subject }) => subject)).size === count,
    `${received.length} of ${count} messages are stored and announced, none twice`,
  );
  narrator.claim(await sends(scene, "Offer for lamps"), "a message is sent through the API");

  narrator.chapter("The consent is withdrawn at Google");
  house.oauth.revoke(anna);
  for (const name of ["inbound-sync", "outbound-send"] as const) stack.service(name).kill();
  narrator.say("both workers start again, so that no token is left in anybody's memory");
  const body = { to: [anna], subject: "written meanwhile", text: "x" };
  const waiting = await api.until(
    () => api.client.post<Send>(`${at}/sends`, body, { idempotencyKey: "written-meanwhile" }),
    () => true,
    20_000,
  );
  const ended = await api.until(view, ({ lifecycle }) => lifecycle === "disabled.consentExpired", 40_000);
  const error = ended?.directions.inbound.lastError ?? ended?.directions.outbound.lastError;
  narrator.say(error ? `${error.code}: ${error.text} → ${error.remedy}` : "");
  narrator.claim(ended !== null, `${anna} is ${ended?.lifecycle ?? "still running"}`);
  house.gmail.deliver(anna, `From: shop@elsewhere.test\r\nTo: ${anna}\r\nSubject: while away\r\n\r\nx\r\n`);
  await signInByLink(ended?.signInUrl ?? signInUrl ?? "", house.oauth, anna);
  const back = await api.until(view, ({ lifecycle }) => lifecycle === "enabled.running", 30_000);
  narrator.claim(back !== null, "signed in again by the same link, and works without anybody pressing test & enable");
  const sent = await api.until(
    () => api.client.get<Send>(`/sends/${waiting?.id}`),
    ({ state }) => state === "sent",
    20_000,
  );
  narrator.claim(sent !== null, "the message of the meantime waited, and was sent without anybody's help");
  const late = await api.until(
    () => api.messages(anna),
    (all) => all.some(({ subject }) => subject === "while away"),
    20_000,
  );
  narrator.claim(late !== null, "the mail that arrived in the meantime is received");

  narrator.chapter("Google forgets its history");
  house.gmail.expireHistory();
  house.gmail.deliver(anna, `From: shop@elsewhere.test\r\nTo: ${anna}\r\nSubject: after the loss\r\n\r\nx\r\n`);
  const found = await api.until(
    () => api.messages(anna),
    (all) => all.some(({ subject }) => subject === "after the loss"),
    20_000,
  );
  narrator.claim(
    found !== null && (await orders()).length === count,
    "the new message is found, and no old one arrives twice",
  );
}

async function sends({ api }: ProviderScene, subject: string): Promise<boolean> {
  const { id } = await api.client.post<Send>(`${at}/sends`, { to: [anna], subject, text: "Three lamps." });
  const sent = await api.until(
    () => api.client.get<Send>(`/sends/${id}`),
    ({ state }) => state === "sent",
    20_000,
  );
  return sent !== null;
}
