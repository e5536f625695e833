import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ApiClient } from "@mailfleet/client";
import type { Mailbox, Profile } from "@mailfleet/contracts";
import { type Stack, startStack } from "@mailfleet/local";

/** One enabled mailbox on a running stack, ready to be measured. */
export interface Fleet {
  readonly stack: Stack;
  readonly api: ApiClient;
  readonly mailbox: Mailbox;
  stop(): Promise<void>;
}

/** The mailbox of a benchmark and the servers it is on. */
export interface BenchMailbox {
  readonly address: string;
  /** The profile without its name: servers, and how it signs in. */
  readonly profile: object;
  readonly receives?: boolean;
  readonly sends?: boolean;
  /** Credentials of the mailbox; none where tokens are used. */
  readonly password?: string;
  /** Added to the environment of every service. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts everything and makes one approved mailbox; it is not tested or enabled yet. */
export async function startFleet(given: BenchMailbox): Promise<Fleet> {
  const { env = {} } = given;
  const stack = await startStack({ dataDir: ".local/bench", fresh: true, logs: "none", env });
  const api = new ApiClient({ url: stack.consoleUrl, token: readFileSync(stack.adminTokenFile, "utf8").trim() });
  const profile = await api.post<Profile>("/profiles", { name: "Bench", ...given.profile });
  const mailbox = await addMailbox({ api, profileId: profile.id }, given);
  return { stack, api, mailbox, stop: () => stack.stop() };
}

/** One more approved mailbox of a profile. */
export async function addMailbox(
  { api, profileId }: { readonly api: ApiClient; readonly profileId: string },
  { address, password, receives = false, sends = false }: Omit<BenchMailbox, "profile">,
): Promise<Mailbox> {
  const served = (yes: boolean) => (yes ? "server-side" : "none");
  const mailbox = await api.post<Mailbox>("/mailboxes", {
    address,
    kind: "queue",
    profileId,
    deliveryMethods: { inbound: served(receives), outbound: served(sends), act: "none" },
    ...(password === undefined ? {} : { credentials: { username: address, password } }),
  });
  await api.post(`/mailboxes/${mailbox.id}/approve`, { address });
  return mailbox;
}

/** How new mail of a mailbox is noticed. */
export async function watchOf({ api, mailbox }: Fleet): Promise<string | null | undefined> {
  const shown = await api.get<{ directions: { inbound: { activity: { watch?: string | null } | null } } }>(
    `/mailboxes/${mailbox.id}`,
  );
  return shown.directions.inbound.activity?.watch;
}

/** A server on this machine, without encryption. */
export const plainServer = (port: number) => ({ host: "127.0.0.1", port, security: "none" });

/** Tests & enables, and waits until the mailbox is enabled. @throws if it is not within a minute */
export async function enable({ api, mailbox }: Fleet): Promise<void> {
  await api.post(`/mailboxes/${mailbox.id}/test-and-enable`, {});
  const deadline = Date.now() + 60_000;
  for (;;) {
    const now = await api.get<Mailbox>(`/mailboxes/${mailbox.id}`);
    if (now.lifecycle === "enabled.running") return;
    if (Date.now() > deadline) throw new Error(`the mailbox is ${now.lifecycle}: ${JSON.stringify(now.directions)}`);
    await pause(20);
  }
}
