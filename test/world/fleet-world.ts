import { readFileSync } from "node:fs";
import { ApiClient } from "@mailfleet/client";
import type { Alert, Mailbox, Profile, ReceivedMessage, Send } from "@mailfleet/contracts";
import { type Sandbox, type Stack, type StackOptions, startStack } from "@mailfleet/local";
import { eventually, startTcpProxy, tempDir } from "@mailfleet/local/testing";

/** A whole Mailfleet of separate processes with a sandbox mail server, seen through the public API. */
export interface FleetWorld {
  readonly stack: Stack;
  readonly sandbox: Sandbox;
  readonly api: ApiClient;
  /** Creates a profile for the sandbox's servers and makes it the default. */
  sandboxProfile(change?: object): Promise<Profile>;
  /** An account at the sandbox and an enabled mailbox for it. */
  enabledMailbox(address: string, more?: object): Promise<Mailbox>;
  mailbox(idOrAddress: string): Promise<Mailbox>;
  /** Waits until the mailbox reads this word. */
  reads(idOrAddress: string, word: Mailbox["lifecycle"], withinMs?: number): Promise<Mailbox>;
  messages(idOrAddress: string): Promise<ReceivedMessage[]>;
  sends(mailboxId: string): Promise<Send[]>;
  raisedAlerts(objectId: string): Promise<Alert[]>;
  stop(): Promise<void>;
}

/** Short waits, so that a test of retries takes seconds; the walk proves the defaults with simulated time. */
export const shortWaits = {
  pollMs: 500,
  retryMs: 700,
  secondChanceMs: 700,
  longestRetryAfterMs: 1000,
  probeMs: 1500,
  testDeadlineMs: 20_000,
};

const path = (idOrAddress: string) => `/mailboxes/${encodeURIComponent(idOrAddress)}`;

/** Starts everything in a separate folder. */
export async function startWorld(options: Partial<StackOptions> = {}): Promise<FleetWorld> {
  const folder = await tempDir("world");
  const stack = await startStack({ dataDir: folder.path, sandbox: [], logs: "none", consolePort: 0, ...options });
  const { sandbox } = stack;
  const token = readFileSync(stack.adminTokenFile, "utf8").trim();
  // As a balancer does it: whichever consoles are up now, in turn.
  const consoles = stack.services.filter(({ name }) => name === "console");
  let turn = 0;
  const balancer = await startTcpProxy({
    get port() {
      const up = consoles.filter(({ state }) => state === "ready");
      turn += 1;
      return (up[turn % up.length] ?? consoles[0])?.port ?? 0;
    },
  });
  const api = new ApiClient({ url: `http://127.0.0.1:${balancer.port}`, token });
  await eventually(() => api.patch("/settings", { retryPolicy: shortWaits }), { timeoutMs: 60_000 });

  /** Every page of a list. */
  async function all<Item>(list: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const cursor = next ? `&cursor=${encodeURIComponent(next)}` : "";
      const page: { items: Item[]; next: string | null } = await api.get(`${list}${cursor}`);
      items.push(...page.items);
      next = page.next;
    }
    return items;
  }

  const mailbox = (idOrAddress: string) => api.get<Mailbox>(path(idOrAddress));
  const reads: FleetWorld["reads"] = (idOrAddress, word, withinMs = 30_000) =>
    eventually(
      async () => {
        const now = await mailbox(idOrAddress);
        if (now.lifecycle !== word) {
          const why = Object.entries(now.directions).map(([name, { state, lastError, lastTest }]) => ({
            ...{ name, state, failed: lastError?.code, reply: lastError?.evidence?.reply },
            steps: lastTest?.steps.map(({ step, outcome }) => `${step} ${outcome}`).join(", "),
          }));
          throw new Error(`${idOrAddress} is ${now.lifecycle}, not ${word}: ${JSON.stringify(why)}`);
        }
        return now;
      },
      { timeoutMs: withinMs, everyMs: 100 },
    );
  return {
    stack,
    sandbox,
    api,
    sandboxProfile: async (change = {}) => {
      const server = { host: sandbox.host, security: "none" };
      const profile = await api.post<Profile>("/profiles", {
        name: "Sandbox",
        inbound: { protocol: "imap", ...server, port: sandbox.imapPort },
        outbound: { protocol: "smtp", ...server, port: sandbox.smtpPort },
        ...change,
      });
      await api.patch("/settings", { defaultProfileId: profile.id });
      return profile;
    },
    enabledMailbox: async (address, more = {}) => {
      sandbox.addAccount(address, "secret");
      const credentials = { username: address, password: "secret" };
      const { id } = await api.post<Mailbox>("/mailboxes", { address, kind: "queue", credentials, ...more });
      await api.post(`${path(id)}/approve`, { address });
      await api.post(`${path(id)}/test-and-enable`, {});
      return reads(id, "enabled.running");
    },
    mailbox,
    reads,
    messages: (idOrAddress) => all<ReceivedMessage>(`${path(idOrAddress)}/messages?limit=500`),
    sends: (mailboxId) => all<Send>(`/sends?mailboxId=${mailboxId}&limit=500`),
    raisedAlerts: (objectId) => all<Alert>(`/alerts?objectId=${objectId}&state=raised&limit=100`),
    stop: async () => {
      await balancer.stop();
      await stack.stop();
      await folder.remove();
    },
  };
}
