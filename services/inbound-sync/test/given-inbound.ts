import { createHmac } from "node:crypto";
import { type Bus, BusOutage, connectBus, type Incoming } from "@mailfleet/bus";
import type { InboundConnector } from "@mailfleet/connector-api";
import { imapConnector } from "@mailfleet/connector-imap";
import { pop3Connector } from "@mailfleet/connector-pop3";
import {
  type Connection,
  consumers,
  type FailPoint,
  type Logger,
  noFailPoint,
  ProblemError,
  type Purpose,
  Secret,
  streams,
  subjects,
} from "@mailfleet/contracts";
import { Registry } from "@mailfleet/kit";
import { eventually, startMongo, startNats } from "@mailfleet/local/testing";
import { parseBody } from "@mailfleet/mime";
import {
  connectStore,
  createHandledRepository,
  createMessageRepository,
  createSlotRepository,
  createSyncRepository,
  isOutage,
  type StoredMessage,
} from "@mailfleet/store";
import { startInbound } from "../src/app.ts";
import { createMetrics } from "../src/metrics.ts";
import type { InboundPorts } from "../src/ports.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
/** With `SHOW_LOGS=1`, what the service logs is shown. */
const shown: Logger = {
  ...silent,
  warn: (context, message) => console.error(message, context),
  error: (context, message) => console.error(message, context),
  info: (context, message) => console.error(message, context),
  child: () => shown,
};
const logger = process.env.SHOW_LOGS ? shown : silent;

/** The code of a probe as outbound-send makes it, with a key that only these tests have. */
export const signProbe = (text: string) => createHmac("sha256", "key of the tests").update(text).digest("base64url");

const unused = () => {
  throw new Error("these tests sign in with passwords");
};
const noTokens = { credentials: unused, exchangeCode: unused, startDevice: unused, pollDevice: unused };

/** What a test wants of a replica. */
type GivenReplica = Partial<Omit<InboundPorts, "connectors">> & {
  failPoint?: FailPoint;
  connectors?: Readonly<Record<string, InboundConnector>>;
};

/** What a test says about a mailbox; the rest is filled in. */
export type GivenConnection = Partial<Connection> & { password?: string; username?: string };

const sealed = { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: "", aad: "" };

/** Real NATS and MongoDB, a stand-in for config and the scheduler, and as many replicas as a test starts. */
export async function givenInbound(options: { ownMongo?: boolean } = {}) {
  const [nats, mongo] = await Promise.all([startNats(), startMongo(options.ownMongo ? { own: true } : {})]);
  const world = await connectBus({ url: nats.url, name: "world", logger, isOutage: () => false });
  await world.declare(Object.values(streams), Object.values(consumers));
  const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger });
  const connections = new Map<string, Connection>();
  const facts: Incoming[] = [];
  const results: Incoming[] = [];
  const timers: Incoming<"timer.set.v1">[] = [];
  let configAway = false;

  await world.respond({
    "config.connection.get": async ({ mailboxId }) => {
      if (configAway) throw new ProblemError("UNAVAILABLE", "away");
      const connection = connections.get(mailboxId);
      if (!connection) throw new ProblemError("NOT_FOUND", "no such mailbox");
      return connection;
    },
  });
  await world.follow({ filters: ["fact.>"], deliver: "new" }, (message) => facts.push(message));
  await world.consume(consumers.configEvents, {
    types: ["mailbox.run-succeeded.v1", "mailbox.run-failed.v1"],
    concurrency: 50,
    handle: async (message) => void results.push(message),
  });
  await world.consume(consumers.schedulerTimers, {
    types: ["timer.set.v1"],
    concurrency: 50,
    handle: async (message) => {
      timers.push(message);
      const { deliver, due } = message.body;
      setTimeout(
        () => {
          const { subject, type, body, mailboxId, generation } = deliver;
          const message = { id: crypto.randomUUID(), at: Date.now(), subject, type, body, mailboxId, generation };
          world.publish(message).catch(() => {});
        },
        Math.max(0, due - Date.now()),
      );
    },
  });

  const replicas: { stop(): Promise<void> }[] = [];
  const messages = await createMessageRepository(store);
  const syncs = await createSyncRepository(store);

  return {
    nats,
    mongo,
    world,
    store,
    messages,
    syncs,
    facts,
    results,
    timers,

    /** Facts of one type about one mailbox. */
    factsOf: (mailboxId: string, type: string) =>
      facts.filter((fact) => fact.type === type && fact.mailboxId === mailboxId),

    setConfigAway: (away: boolean) => {
      configAway = away;
    },

    /** What config answers for a mailbox. */
    connect(mailboxId: string, given: GivenConnection): Connection {
      const { username = "user", password = "secret", ...more } = given;
      const connection: Connection = {
        mailboxId,
        address: `${mailboxId}@example.test`,
        direction: "inbound",
        allowed: true,
        state: "enabled.running",
        generation: 1,
        profileId: "pf_test",
        server: { protocol: "imap", host: "127.0.0.1", port: 143, security: "none" },
        credentials: {
          type: "password",
          holder: mailboxId,
          username,
          password: { ...sealed, ciphertext: password },
          purpose: "mailbox-password",
        },
        allowedPorts: null,
        deleteAfterProcessing: false,
        maximumConcurrentConnections: 10,
        connectionTimeoutMs: 10_000,
        processFrom: null,
        pollMs: 300_000,
        retryMs: 300_000,
        uncertainPolicy: "hold",
        sendExpiryMs: 1,
        messageRetentionDays: 30,
        ...more,
      };
      connections.set(mailboxId, connection);
      return connection;
    },

    /** One process of the service. */
    async startReplica({ connectors = { imap: imapConnector, pop3: pop3Connector }, ...own }: GivenReplica = {}) {
      const bus: Bus = await connectBus({
        url: nats.url,
        name: "inbound-sync",
        logger,
        publishPatienceMs: 2000,
        isOutage,
      });
      const ownStore = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "inbound", logger });
      const app = await startInbound({
        bus,
        syncs: await createSyncRepository(ownStore),
        messages: await createMessageRepository(ownStore),
        slots: await createSlotRepository(ownStore),
        opener: { open: async (given) => new Secret(given.ciphertext) },
        handled: await createHandledRepository(ownStore),
        seal: async () => {
          throw new Error("nobody signs in here");
        },
        isOurProbe: (text, code) => code === signProbe(text),
        tokens: noTokens,
        connectors: Object.fromEntries(Object.entries(connectors).map(([name, one]) => [name, async () => one])),
        parseBody,
        isOutage: (error) => isOutage(error) || error instanceof BusOutage,
        logger,
        metrics: createMetrics(new Registry()),
        failPoint: noFailPoint,
        now: Date.now,
        owner: crypto.randomUUID(),
        ...own,
      });
      let stopped: Promise<void> | undefined;
      const replica = {
        stop: () => {
          stopped ??= (async () => {
            await app.stop();
            await bus.stop();
            await ownStore.close();
          })();
          return stopped;
        },
      };
      replicas.push(replica);
      return replica;
    },

    /** Asks for a run, as the scheduler does. May coalesce with one that is not finished yet. */
    run,

    /** Asks for a run that does not coalesce; the moment before it. */
    runAnew: (mailboxId: string) =>
      eventually(
        async () => {
          const before = Date.now();
          return (await run(mailboxId)) === "stored" ? before : null;
        },
        { what: "the end of an earlier run", timeoutMs: 20_000 },
      ),

    /** Waits until this mailbox was read to the end after `since`. */
    untilRead: (mailboxId: string, since: number) =>
      eventually(async () => ((await syncs.get(mailboxId))?.lastRunAt ?? 0) >= since && (await unleased(mailboxId)), {
        what: `a run of ${mailboxId}`,
        timeoutMs: 20_000,
      }),

    async stored(mailboxId: string): Promise<StoredMessage[]> {
      const all: StoredMessage[] = [];
      for await (const message of messages.storedSince(0, mailboxId)) all.push(message);
      return all;
    },

    async stop() {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await world.stop();
      await store.close();
      await Promise.all([nats.stop(), mongo.stop()]);
    },
  };

  function run(mailboxId: string, purpose: Purpose = "sync", generation = 1) {
    return world.publish({
      id: crypto.randomUUID(),
      subject: subjects.run("inbound", purpose, mailboxId, generation),
      type: "run.requested.v1",
      mailboxId,
      generation,
      at: Date.now(),
      body: { mailboxId, direction: "inbound", purpose, generation },
    });
  }

  async function unleased(mailboxId: string) {
    return !(await syncs.get(mailboxId))?.lease;
  }
}

export type GivenInbound = Awaited<ReturnType<typeof givenInbound>>;

/** A connector that gives what a test says, without a server. */
export function scriptedConnector(
  own: Partial<InboundConnector> & { batches?: () => AsyncIterable<{ nativeId: string; raw: Uint8Array }[]> },
): InboundConnector {
  return {
    test: async () => ({ steps: [], failure: null }),
    open: async () => ({
      invalidates: () => false,
      async *listNew() {
        for await (const messages of own.batches?.() ?? [])
          yield {
            messages: messages.map(({ nativeId, raw }) => ({
              nativeId,
              raw,
              size: raw.length,
              receivedAt: Date.now(),
            })),
            cursor: { at: messages.at(-1)?.nativeId ?? "" },
          };
      },
      close: async () => {},
    }),
    ...own,
  };
}
