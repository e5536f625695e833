import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectOptions, OutboundConnector, OutboundSession } from "@mailfleet/connector-api";
import { type Connection, connectorDescriptors } from "@mailfleet/contracts";
import { Lines } from "./lines.ts";

/** What `lines` has opened sessions for, by two mailboxes that sign in with one account of their profile. */
async function openedBy(protocol: string): Promise<{ addresses: string[]; shared: boolean }> {
  const addresses: string[] = [];
  const session = { perConnection: 1, inUse: 0, useAtMost: async () => {}, close: async () => {} };
  const connector = {
    open: ({ address }: ConnectOptions) => {
      addresses.push(address);
      return session as unknown as OutboundSession;
    },
  } as unknown as OutboundConnector;
  const worker = {
    permit: async () => null,
    open: async ({ address }: Connection) => ({ connector, options: { address } as ConnectOptions }),
  };
  const lines = new Lines(worker, () => 0);
  const of = (name: string) =>
    lines.of({
      mailboxId: `mb_${name}`,
      address: `${name}@example.org`,
      server: { protocol, host: "mail.example.org", port: 443, security: "tls" },
      credentials: { type: "password", holder: "pr_1", username: "svc", password: { tag: "t" } },
      maximumConcurrentConnections: 10,
    } as unknown as Connection);
  const [one, other] = [of("ann"), of("bob")];
  await one.session();
  await other.session();
  await lines.close();
  return { addresses, shared: one === other };
}

test("mailboxes share the session of an account by SMTP; where a session acts for one mailbox each has its own", async () => {
  for (const { protocol, sessionOf } of Object.values(connectorDescriptors)) {
    if (sessionOf === null) continue;
    const shared = sessionOf === "account";
    const addresses = shared ? ["ann@example.org"] : ["ann@example.org", "bob@example.org"];
    assert.deepEqual(await openedBy(protocol), { addresses, shared }, protocol);
  }
  assert.equal(connectorDescriptors.ews.sessionOf, "mailbox");
});
