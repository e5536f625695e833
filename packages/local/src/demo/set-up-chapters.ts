import type { Mailbox, Profile } from "@mailfleet/contracts";
import { reasonLine, stepLines } from "./fleet-api.ts";
import type { Account, ProviderScene, Scene } from "./scene.ts";

/** Shortens the waits and says it: the defaults are ten retries, five minutes apart. */
export async function shortenWaits({ api, narrator }: ProviderScene): Promise<void> {
  narrator.chapter("Settings");
  narrator.say("By default Mailfleet polls every 5 minutes and retries 10 times, 5 minutes apart.");
  narrator.say("Here the 5 minutes are shortened to 1 second between polls and 2 seconds between retries.");
  await api.client.patch("/settings", {
    retryPolicy: { pollMs: 1000, retryMs: 2000, secondChanceMs: 1500, longestRetryAfterMs: 1500, probeMs: 3000 },
  });
}

/** A profile describes servers; it becomes the default for new mailboxes. */
export async function createProfile({ api, narrator, servers }: Scene): Promise<Profile> {
  narrator.chapter("A profile: where mailboxes receive and send");
  const profile = await api.client.post<Profile>("/profiles", { name: "Demo servers", ...servers });
  await api.client.patch("/settings", { defaultProfileId: profile.id });
  const { inbound, outbound } = profile;
  narrator.say(
    `${profile.name}: ${inbound.protocol} ${inbound.host}:${inbound.port}, smtp ${outbound.host}:${outbound.port}`,
  );
  return profile;
}

/** Mailboxes start unapproved: nothing connects before somebody has looked at the address. */
export async function createMailboxes({ api, narrator }: Scene, accounts: readonly Account[]): Promise<void> {
  narrator.chapter("Mailboxes, and their approval");
  for (const { address, kind, username, password } of accounts) {
    const mailbox = await api.client.post<Mailbox>("/mailboxes", {
      address,
      kind,
      credentials: { username, password },
    });
    narrator.say(`${address} (${kind}) created: ${mailbox.lifecycle}`);
    const approved = await api.client.post<Mailbox>(`/mailboxes/${mailbox.id}/approve`, { address });
    narrator.claim(
      mailbox.lifecycle === "pendingApproval" && approved.lifecycle === "approved",
      `${address} is approved, by its address as seen`,
    );
  }
}

/** Both directions are really tested; a passed test enables what was tested. */
export async function testAndEnable(
  { api, narrator }: ProviderScene,
  accounts: readonly Pick<Account, "address">[],
  withinMs = 30_000,
): Promise<void> {
  narrator.chapter("Test & enable");
  for (const { address } of accounts)
    await api.client.post(`/mailboxes/${encodeURIComponent(address)}/test-and-enable`, {});
  for (const { address } of accounts) {
    const settled = await api.until(
      () => api.mailbox(address),
      ({ directions: { inbound, outbound } }) => inbound.verdict !== "NotRun" && outbound.verdict !== "NotRun",
      withinMs,
    );
    const mailbox = settled ?? (await api.mailbox(address));
    narrator.say(address);
    for (const direction of ["inbound", "outbound"] as const) {
      const status = mailbox.directions[direction];
      for (const line of stepLines(direction, status)) narrator.detail(line);
      if (status.lastError) narrator.detail(reasonLine(direction, status.lastError));
      else if (status.verdict === "NotRun") narrator.detail(`${direction.padEnd(8)} has no result yet`);
    }
    narrator.claim(mailbox.lifecycle === "enabled.running", `${address} is ${mailbox.lifecycle}`);
  }
}
