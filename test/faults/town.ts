import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { lengthsOf, type Mailbox, type Profile, type ServiceName, serviceNames } from "@mailfleet/contracts";
import { type MongoCluster, type NatsCluster, startMongoCluster, startNatsCluster } from "@mailfleet/local/testing";
import { type FleetWorld, shortWaits, startWorld } from "../world/fleet-world.ts";
import { type FactBag, startFactBag } from "./fact-bag.ts";
import { type Links, startLinks } from "./links.ts";
import { untilAnswered, untilNothingIsMissing } from "./progress.ts";

/** Where all outgoing mail of these tests goes: a sandbox account that is not a Mailfleet mailbox. */
export const customer = "customer@sandbox.test";

/** As in production: with half of it, a busy machine lost leases that nobody had disturbed. */
export const lengths = lengthsOf(8000);

/** Of each service, MiB: several towns stand side by side. */
const HEAP = 256;

/** Services that run twice: everything but the console, behind which each installation has a balancer of its own. */
export const twins = serviceNames.filter((name): name is Exclude<ServiceName, "console"> => name !== "console");

/** A Mailfleet on clusters of three, with a proxy on each link, mailboxes by IMAP and POP3, and a consumer outside. */
export interface Town {
  readonly world: FleetWorld;
  readonly mongo: MongoCluster;
  readonly nats: NatsCluster;
  readonly links: Links;
  readonly bag: FactBag;
  readonly mailboxes: readonly Mailbox[];
  /** Message-IDs of all sends that were answered, of every flow. */
  readonly known: Set<string>;
  /** What the services have said from `warn` on, oldest first. */
  readonly warnings: readonly string[];
  /** What is done with a send of unknown fate. */
  uncertain(policy: "hold" | "resend"): Promise<void>;
  /** One process of each service, or two. */
  replicas(count: 1 | 2): Promise<void>;
  stop(): Promise<void>;
}

/** Whether a mailbox is read by IMAP: every other one. */
export const byCursor = (address: string) => Number(/\d+/.exec(address)) % 2 === 1;

/** Starts everything. Of four mailboxes two read by IMAP, one by POP3, one by POP3 deleting what it has read. */
export async function startTown(options: { mailboxes: number }): Promise<Town> {
  const warnings: string[] = [];
  const cleanups: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  try {
    const [mongo, nats] = await Promise.all([startMongoCluster(), startNatsCluster()]);
    cleanups.push(async () => void (await Promise.all([mongo.stop(), nats.stop()])));
    const links = await startLinks({ mongo, nats });
    cleanups.push(() => links.stop());
    const world = await startWorld({
      engines: { natsUrl: nats.url, mongoUrl: mongo.url },
      env: {
        MAILFLEET_STREAM_REPLICAS: "3",
        MAILFLEET_LEASE_MS: String(lengths.holdMs),
        NODE_OPTIONS: `--max-old-space-size=${HEAP}`,
      },
      serviceEnv: Object.fromEntries(serviceNames.map((name) => [name, links.environment(name)])),
      replicas: Object.fromEntries(twins.map((name) => [name, 2])),
      consolePort: 0,
      logs: ({ source, level, text }) => {
        if (level >= 40 || source === "stack") warnings.push(`[${source}] ${text}`);
      },
      deathsAllowed: Number.POSITIVE_INFINITY, // a quick machine gets through five kills of one service in a minute
    });
    cleanups.push(() => world.stop());
    const { api } = world;
    const bag = await startFactBag(nats.url);
    cleanups.push(() => bag.stop());

    // A result that is lost must not be healed by a deadline before anybody sees that nothing moves.
    await untilAnswered(() => api.patch("/settings", { retryPolicy: { ...shortWaits, testDeadlineMs: 90_000 } }));
    world.sandbox.addAccount(customer, "secret");
    const ports = await links.beforeMail(world.sandbox);
    const server = { host: world.sandbox.host, security: "none" };
    const outbound = { protocol: "smtp", ...server, port: ports.smtp };
    const profile = (name: string, protocol: "imap" | "pop3") => {
      const key = { idempotencyKey: randomUUID() };
      const inbound = { protocol, ...server, port: ports[protocol] };
      return untilAnswered(() => api.post<Profile>("/profiles", { name, inbound, outbound }, key));
    };
    const imap = await profile("IMAP", "imap");
    const pop3 = await profile("POP3", "pop3");
    await untilAnswered(() => api.patch("/settings", { defaultProfileId: imap.id }));
    const mailboxes = await Promise.all(
      Array.from({ length: options.mailboxes }, (_, n) => {
        const address = `queue${n + 1}@sandbox.test`;
        const byPop3 = { profileId: pop3.id, deleteAfterProcessing: n % 4 === 1 };
        return enabledMailbox(world, address, byCursor(address) ? { profileId: imap.id } : byPop3);
      }),
    );

    return {
      ...{ world, mongo, nats, links, bag, mailboxes, warnings, known: new Set(), stop },
      uncertain: async (uncertainPolicy) => {
        for (const { id } of [imap, pop3]) await untilAnswered(() => api.patch(`/profiles/${id}`, { uncertainPolicy }));
      },
      replicas: async (count) => {
        const seconds = twins.map((name) => world.stack.service(name, 2));
        await Promise.all(seconds.map((one) => (count === 1 ? one.stop() : one.start())));
        await untilNothingIsMissing(async () => {
          const ready = world.stack.services.filter(({ state }) => state === "ready").length;
          return ready === 1 + count * twins.length ? "" : `${ready} processes are ready`;
        });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An account at the sandbox and a mailbox for it that runs, however long that takes. */
export async function enabledMailbox(world: FleetWorld, address: string, more: object): Promise<Mailbox> {
  world.sandbox.addAccount(address, "secret");
  const credentials = { username: address, password: "secret" };
  const command = <Answer>(path: string, body: object) => {
    const key = { idempotencyKey: randomUUID() };
    return untilAnswered(() => world.api.post<Answer>(path, body, key));
  };
  const { id } = await command<Mailbox>("/mailboxes", { address, kind: "queue", credentials, ...more });
  await command(`/mailboxes/${id}/approve`, { address });
  await command(`/mailboxes/${id}/test-and-enable`, {});
  let mailbox: Mailbox | undefined;
  await untilNothingIsMissing(async () => {
    mailbox = await world.mailbox(id);
    return mailbox.lifecycle === "enabled.running" ? "" : `${address} is ${mailbox.lifecycle}`;
  });
  return mailbox!;
}

/** Throws unless the answer of `/readyz` is this, with these words in it. */
export async function assertReady(town: Town, service: ServiceName, status: 200 | 503, words = ""): Promise<void> {
  const { httpPort } = town.world.stack.service(service);
  const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  assert.ok(text.includes(words), text);
}
