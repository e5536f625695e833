import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ApiClient } from "@mailfleet/cli";
import type { Mailbox, Profile } from "@mailfleet/contracts";
import { type Stack, startStack } from "@mailfleet/local";

/** One enabled mailbox on a running stack, ready to be measured. */
export interface Fleet {
  readonly stack: Stack;
  readonly api: ApiClient;
  readonly mailbox: Mailbox;
  stop(): Promise<void>;
}

/** Where the mailbox of a benchmark receives and sends; a direction without a port is not configured. */
export interface BenchServers {
  readonly imapPort?: number;
  readonly pop3Port?: number;
  readonly smtpPort?: number;
  readonly address: string;
  readonly password: string;
  readonly connections?: number;
}

const host = "127.0.0.1";

/** Starts everything and makes one approved mailbox; it is not tested or enabled yet. */
export async function startFleet(servers: BenchServers): Promise<Fleet> {
  const { imapPort, pop3Port, smtpPort, address, password, connections } = servers;
  const stack = await startStack({ dataDir: ".local/bench", fresh: true, logs: "none" });
  const api = new ApiClient({ url: stack.consoleUrl, token: readFileSync(stack.adminTokenFile, "utf8").trim() });
  const profile = await api.post<Profile>("/profiles", {
    name: "Bench",
    inbound: pop3Port
      ? { protocol: "pop3", host, port: pop3Port, security: "none" }
      : { protocol: "imap", host, port: imapPort ?? 143, security: "none" },
    outbound: { protocol: "smtp", host, port: smtpPort ?? 25, security: "none" },
    maximumConcurrentConnections: connections ?? 10,
  });
  const mailbox = await api.post<Mailbox>("/mailboxes", {
    address,
    kind: "queue",
    profileId: profile.id,
    deliveryMethods: {
      inbound: imapPort || pop3Port ? "server-side" : "none",
      outbound: smtpPort ? "server-side" : "none",
      act: "none",
    },
    credentials: { username: address, password },
  });
  await api.post(`/mailboxes/${mailbox.id}/approve`, { address });
  return { stack, api, mailbox, stop: () => stack.stop() };
}

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
