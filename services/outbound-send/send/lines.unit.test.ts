import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { ConnectOptions, OutboundConnector, OutboundSession } from "@mailfleet/connector-api";
import { type Connection, connectorDescriptors } from "@mailfleet/contracts";
import type { Permit } from "@mailfleet/kit";
import { eventually } from "@mailfleet/local/testing";
import { Lines } from "./lines.ts";

const mailbox = (name: string, protocol: string) =>
  ({
    mailboxId: `mb_${name}`,
    address: `${name}@example.org`,
    server: { protocol, host: "mail.example.org", port: 443, security: "tls" },
    credentials: { type: "password", holder: "pr_1", username: "svc", password: { tag: "t" } },
    maximumConcurrentConnections: 10,
  }) as unknown as Connection;

/** What `lines` has opened sessions for, by two mailboxes that sign in with one account of their profile. */
async function openedBy(protocol: string): Promise<{ addresses: string[]; shared: boolean }> {
  const addresses: string[] = [];
  const session = { perConnection: 1, mostConnections: 1, inUse: 0, useAtMost: async () => {}, close: async () => {} };
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
  const [one, other] = [lines.of(mailbox("ann", protocol)), lines.of(mailbox("bob", protocol))];
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

/** Mailboxes that share ten permits, each in a session of its own that can use so many connections. */
function sharing(mostConnections: number) {
  let taken = 0;
  let awaited = false;
  const permit = async (): Promise<Permit | null> => {
    if (taken === 10) return null;
    taken += 1;
    let given = false;
    const give = async () => {
      if (!given) taken -= 1;
      given = true;
    };
    return {
      signal: new AbortController().signal,
      wanted: false,
      get awaited() {
        return awaited;
      },
      give,
    };
  };
  const lines = new Lines(
    {
      permit,
      open: async () => {
        let [atMost, inUse] = [0, 0];
        const session = {
          ...{ perConnection: 1, mostConnections },
          get inUse() {
            return Math.min(inUse, atMost);
          },
          useAtMost: async (connections: number) => {
            atMost = connections;
          },
          run: (by: number) => {
            inUse += by;
          },
          close: async () => {},
        };
        const connector = { open: () => session } as unknown as OutboundConnector;
        return { connector, options: {} as ConnectOptions };
      },
    },
    () => 0,
  );
  /** Messages of a mailbox, each of which takes so long; how many were sent. */
  const send = (name: string, count: number, eachMs: number) => {
    const line = lines.of(mailbox(name, "ews"));
    const sent = { line, count: 0 };
    const one = async () => {
      const leave = await line.enter();
      const session = (await line.session()) as unknown as { run(by: number): void };
      session.run(1);
      await delay(eachMs);
      session.run(-1);
      leave();
      sent.count += 1;
    };
    for (let n = 0; n < count; n += 1) void one();
    return sent;
  };
  const elsewhere = (waits: boolean) => {
    awaited = waits;
  };
  return { lines, send, taken: () => taken, elsewhere };
}

test("a busy mailbox takes no more permits of a shared holder than its session uses", async (t) => {
  const { lines, send, taken } = sharing(3);
  t.after(() => lines.close());
  const ann = send("ann", 60, 5);
  await eventually(() => ann.count === 60);
  assert.equal(taken(), 3);
});

test("a mailbox that finds no permit gets one that another of its holder does not need, at once", async (t) => {
  const { lines, send, taken } = sharing(10);
  t.after(() => lines.close());
  const ann = send("ann", 200, 5);
  await eventually(() => ann.count === 200);
  assert.equal(taken(), 10);
  const bob = send("bob", 1, 5);
  await eventually(() => bob.count === 1, { timeoutMs: 2000 });
});

test("connections that nothing uses go to another process that waits for one, and those in use stay", async (t) => {
  const { lines, send, taken, elsewhere } = sharing(10);
  t.after(() => lines.close());
  const ann = send("ann", 200, 5);
  await eventually(() => ann.count === 200);
  const bob = send("bob", 1, 4000);
  await eventually(() => bob.line.places === 1);
  elsewhere(true);
  await eventually(() => taken() === 1, { timeoutMs: 8000 });
  assert.equal(bob.line.places, 1);
});

test("two busy mailboxes of a holder come to have the same number of connections", async (t) => {
  const { lines, send } = sharing(10);
  t.after(() => lines.close());
  const ann = send("ann", 5000, 5);
  await eventually(() => ann.line.places === 10);
  const bob = send("bob", 5000, 5);
  await eventually(() => ann.line.places === 5 && bob.line.places === 5, { timeoutMs: 8000 });
});

test("where a holder has fewer permits than busy mailboxes, they take turns", async (t) => {
  const { lines, send } = sharing(1);
  t.after(() => lines.close());
  const busy = Array.from({ length: 10 }, (_, n) => send(`busy${n}`, 5000, 5));
  await eventually(() => busy.every(({ line }) => line.places === 1));
  const late = send("late", 1, 5);
  await eventually(() => late.count === 1, { timeoutMs: 8000 });
  await eventually(() => busy.filter(({ line }) => line.places === 1).length >= 9);
});
