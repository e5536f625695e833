import type { Mailbox, NotificationTest, Profile } from "@mailfleet/contracts";
import type { Sandbox } from "../sandbox/index.ts";
import type { ProviderHouse } from "./provider-house.ts";
import type { ProviderScene } from "./scene.ts";
import { shortenWaits } from "./set-up-chapters.ts";

const fleet = "fleet@sandbox.test";
const admin = "admin@sandbox.test";
/** The accounts that sandbox and doubles need. */
export const notifyAccounts = [fleet, admin];
export const notifyPassword = "fleet-secret";

/** One way for notices to leave: its settings, and what arrived by it. */
interface Way {
  readonly name: string;
  readonly settings: object;
  arrived(): readonly string[];
}

/** The notification mail server in its three modes: saved, tested step by step, and used by a real alert. */
export async function tellNotifyStory(scene: ProviderScene, sandbox: Sandbox, house: ProviderHouse): Promise<void> {
  await shortenWaits(scene);
  for (const way of ways(sandbox, house)) await tellWay(scene, sandbox, way);
}

function ways(sandbox: Sandbox, { oauth, gmail, graph, endpoints }: ProviderHouse): Way[] {
  const microsoft = oauth.addClient();
  const key = oauth.addServiceAccount();
  oauth.delegate(key.client_id, ["https://mail.google.com/"]);
  const tenantId = "11111111-2222-4333-8444-555555555555";
  const subjectsIn = (raws: readonly Buffer[]) => raws.map((raw) => /^Subject: (.*)$/im.exec(String(raw))?.[1] ?? "");
  return [
    {
      name: "SMTP mode: a mail server with user name and password",
      settings: {
        mode: "smtp",
        relay: { host: sandbox.host, port: sandbox.smtpPort, security: "none", authentication: "basic" },
        credentials: { username: fleet, password: notifyPassword },
      },
      arrived: () => subjectsIn(sandbox.messages(admin)),
    },
    {
      name: "API mode, Microsoft: an application with Mail.Send",
      settings: {
        mode: "api",
        application: {
          ...{ provider: "microsoft", tenantId, clientId: microsoft.clientId },
          endpoints: { ...(oauth.tenant(tenantId) && { token: oauth.tenant(tenantId).token }), api: graph.url },
        },
        oauthSecret: { clientSecret: microsoft.clientSecret },
        secretExpiresAt: new Date(Date.now() + 300 * 86_400_000).toISOString(),
      },
      arrived: () => graph.sent.map(({ subject }) => subject),
    },
    {
      name: "API mode, Google: a service account with domain-wide delegation",
      settings: {
        mode: "api",
        application: { provider: "google", endpoints: { token: endpoints.token, api: endpoints.api } },
        oauthSecret: { serviceAccountKey: key },
        secretExpiresAt: null,
      },
      arrived: () => subjectsIn(gmail.sent(fleet).map(({ raw }) => raw)),
    },
  ];
}

async function tellWay({ api, narrator }: ProviderScene, sandbox: Sandbox, way: Way): Promise<void> {
  narrator.chapter(way.name);
  await api.client.patch("/settings/notifications", {
    ...{ enabled: true, from: fleet, to: [admin], format: "html" },
    ...way.settings,
  });
  const test = await api.client.post<NotificationTest>("/settings/notifications/test", {});
  for (const { step, outcome, ms, detail } of test.steps)
    narrator.detail(`${step.padEnd(13)} ${outcome.padEnd(7)} ${ms.toFixed(0).padStart(5)} ms  ${detail ?? ""}`);
  narrator.claim(test.outcome === "ok", `a test message left for ${test.to.join(", ")}`);

  // Something to report: a mailbox with a wrong password.
  const address = `broken-${way.arrived().length}-${Date.now().toString(36)}@sandbox.test`;
  sandbox.addAccount(address, "right");
  const server = { host: sandbox.host, security: "none" };
  const profile = await api.client.post<Profile>("/profiles", {
    name: `Servers of ${address}`,
    inbound: { protocol: "imap", ...server, port: sandbox.imapPort },
    outbound: { ...server, port: sandbox.smtpPort },
  });
  const { id } = await api.client.post<Mailbox>("/mailboxes", {
    ...{ address, profileId: profile.id },
    credentials: { username: address, password: "wrong" },
  });
  await api.client.post(`/mailboxes/${id}/approve`, { address });
  await api.client.post(`/mailboxes/${id}/test-and-enable`, {});
  const told = await api.until(
    async () => way.arrived().filter((subject) => subject.includes("Mailfleet") && subject.includes(address)),
    (subjects) => subjects.length > 0,
    40_000,
  );
  narrator.say(told?.[0] ?? "no notice came");
  narrator.claim(told !== null, "an alert about a mailbox arrives as a mail in the same way");
  await api.client.post(`/mailboxes/${id}/disable`, {});
}
