import { connectBus, type Incoming } from "@mailfleet/bus";
import { makeStreams } from "@mailfleet/bus/topology";
import { type Connection, consumers, ProblemError, type Purpose, subjects } from "@mailfleet/contracts";
import { wantedBy } from "@mailfleet/kit";
import { eventually, startMongo, startNats } from "@mailfleet/local/testing";
import { connectStore, makeCollections } from "@mailfleet/store";
import type { StoredMessage } from "../message/document.ts";
import { createMessageStore } from "../message/store.ts";
import { inboundSync } from "../service.ts";
import { createSourceStore } from "../source/store.ts";
import { type GivenReplica, logger, startReplica } from "./replica.ts";

/** What a test says about a mailbox; the rest is filled in. */
export type GivenConnection = Partial<Connection> & { password?: string; username?: string };

const sealed = { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: "", aad: "" };

/** Real NATS and MongoDB, a stand-in for config and the scheduler, and as many replicas as a test starts. */
export async function givenInbound(options: { ownMongo?: boolean } = {}) {
  const [nats, mongo] = await Promise.all([startNats(), startMongo(options.ownMongo ? { own: true } : {})]);
  const world = await connectBus({ url: nats.url, name: "world", logger, isOutage: () => false });
  await makeStreams(nats);
  const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger });
  await makeCollections(store, wantedBy(inboundSync).collections);
  const engines = { nats: nats.signIn("inbound-sync"), mongoUrl: mongo.urlOf("inbound-sync"), database: mongo.dbName };
  const connections = new Map<string, Connection>();
  const facts: Incoming[] = [];
  const results: Incoming[] = [];
  const timers: Incoming<"timer.set.v1">[] = [];
  let configAway = false;

  await world.respond({
    "config.connection.get": async ({ mailboxId, profileId }) => {
      if (configAway) throw new ProblemError("UNAVAILABLE", "away");
      const connection = connections.get(profileId ? `${mailboxId} by ${profileId}` : mailboxId);
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
      ).unref();
    },
  });

  const replicas: { stop(): Promise<void> }[] = [];
  const messages = createMessageStore(store);
  const sources = createSourceStore(store);

  return {
    nats,
    mongo,
    engines,
    world,
    store,
    messages,
    sources,
    facts,
    results,
    timers,

    /** Facts of one type about one mailbox. */
    factsOf: (mailboxId: string, type: string) =>
      facts.filter((fact) => fact.type === type && fact.mailboxId === mailboxId),

    setConfigAway: (away: boolean) => {
      configAway = away;
    },

    /** What config answers for a mailbox; with `byProfile`, what it would answer if the mailbox used that one. */
    connect(mailboxId: string, given: GivenConnection, byProfile?: string): Connection {
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
        allowedNetworks: ["127.0.0.0/8", "::1"],
        deleteAfterProcessing: false,
        maximumConcurrentConnections: 10,
        connectionTimeoutMs: 10_000,
        processFrom: null,
        act: null,
        pollMs: 300_000,
        retryMs: 300_000,
        kind: "queue",
        sentCopy: "server",
        undeliverableFolder: null,
        tagUndeliverable: true,
        eightBitPolicy: "encode",
        ehloName: null,
        watch: { noopMs: null },
        uncertainPolicy: "hold",
        sendExpiryMs: 1,
        messageRetentionDays: 30,
        ...more,
      };
      connections.set(byProfile ? `${mailboxId} by ${byProfile}` : mailboxId, connection);
      return connection;
    },

    /** One process of the service. */
    async startReplica(own: GivenReplica = {}) {
      const replica = await startReplica(engines, own);
      replicas.push(replica);
      return replica;
    },

    async stopReplicas() {
      await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
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
      eventually(async () => ((await sources.get(mailboxId))?.lastRunAt ?? 0) >= since && (await unleased(mailboxId)), {
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
    return !(await sources.get(mailboxId))?.lease?.owner;
  }
}

export type GivenInbound = Awaited<ReturnType<typeof givenInbound>>;

/** The fact that a mailbox's inbound direction is in this state now. */
export function transitioned(
  mailboxId: string,
  { v, state, at = Date.now(), generation = 1 }: { v: number; state: string; at?: number; generation?: number },
) {
  const other = { state: "off", generation: 0, attempt: 0, verdict: "NotRun" };
  return {
    id: `${mailboxId}:${v}`,
    subject: subjects.mailboxFact(mailboxId, "transitioned"),
    type: "mailbox.transitioned.v1",
    mailboxId,
    at,
    body: {
      mailboxId,
      v,
      at,
      address: "a@example.test",
      profileId: "pf_test",
      event: "x",
      lifecycle: { from: "testing", to: "enabled.running" },
      directions: { inbound: { ...other, state, generation, everyMs: 10_000 }, outbound: other, act: other },
    },
  } as const;
}
