import { type Bus, BusOutage, connectBus, type Incoming } from "@mailfleet/bus";
import { makeStreams } from "@mailfleet/bus/topology";
import {
  type Connection,
  consumers,
  type Logger,
  ProblemError,
  type Purpose,
  Secret,
  subjects,
} from "@mailfleet/contracts";
import { createPermits, type HoldLengths, permitCollection, Registry, startRenewals } from "@mailfleet/kit";
import { startMongo, startNats } from "@mailfleet/local/testing";
import { connectStore, createPermitStore, createSignInStore, isOutage, makeCollections } from "@mailfleet/store";
import {
  createRunMetrics,
  createWorker,
  type HandleRun,
  signInCollection,
  type Worker,
  type WorkerPorts,
} from "@mailfleet/worker";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** Keeps what is logged: its message beside its fields, those of the logger's ancestors included. */
export function listeningLogger(lines: { message: string; [field: string]: unknown }[] = [], bound: object = {}) {
  const at = (context: object, message: string) => void lines.push({ ...bound, ...context, message });
  const logger: Logger = {
    ...{ debug: at, info: at, warn: at, error: at },
    child: (more) => listeningLogger(lines, { ...bound, ...more }).logger,
  };
  return { logger, lines };
}

const lengths: HoldLengths = { holdMs: 1200, renewEveryMs: 150, marginMs: 200 };
const sealed = { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: "", aad: "" };

/** A connector that does what a test says. */
export interface Scripted {
  readonly name: string;
}

/** Real NATS and MongoDB, and stand-ins for config, which answers connections, and the scheduler, which fires timers. */
export async function givenWorker() {
  const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
  const around = await connectBus({ url: nats.url, name: "around", logger: quiet, isOutage: () => false });
  await makeStreams(nats);
  const name = "inbound-sync";
  const bus = await connectBus({ ...nats.signIn(name), name, logger: quiet, publishPatienceMs: 500, isOutage });
  const connect = (url: string) => connectStore({ url, database: mongo.dbName, appName: "test", logger: quiet });
  const topology = await connect(mongo.urlOf("topology"));
  await makeCollections(topology, [permitCollection, signInCollection]);
  await topology.close();
  const store = await connect(mongo.urlOf(name));
  const renewals = startRenewals({ logger: quiet, isOutage, lengths });
  const connections = new Map<string, Connection>();
  const told: Incoming[] = [];
  const timers: Incoming<"timer.set.v1">[] = [];

  await around.respond({
    "config.connection.get": async ({ mailboxId }) => {
      const connection = connections.get(mailboxId);
      if (!connection) throw new ProblemError("NOT_FOUND", "there is none");
      return connection;
    },
  });
  await around.follow({ filters: ["fact.run.>"], deliver: "new" }, (message) => told.push(message));
  await around.consume(consumers.configEvents, {
    types: ["mailbox.run-succeeded.v1", "mailbox.run-failed.v1"],
    concurrency: 10,
    handle: async (message) => void told.push(message),
  });
  await around.consume(consumers.schedulerTimers, {
    types: ["timer.set.v1"],
    concurrency: 10,
    handle: async (message) => void timers.push(message),
  });

  const permitsOf = async (party: string) => createPermits(createPermitStore(store), { party, renewals });

  return {
    told,
    timers,
    permitsOf,
    permits: store.db.collection<{ _id: string; permits: unknown[] }>("permits"),
    async worker(more: Partial<WorkerPorts<Scripted>> = {}): Promise<Worker<Scripted>> {
      return createWorker<Scripted>({
        direction: "inbound",
        bus: bus as Bus & WorkerPorts<Scripted>["bus"],
        connectors: { load: async (protocol) => (protocol === "imap" ? { name: "imap" } : null) },
        permits: await permitsOf("inbound/1"),
        signIns: createSignInStore(store, signInCollection.name),
        destinations: { networks: [], refused: [] },
        openSecret: async () => new Secret("open"),
        tokens: {
          credentials: () => {
            throw new Error("these tests sign in with passwords");
          },
        },
        isOutage: (error) => isOutage(error) || error instanceof BusOutage,
        logger: quiet,
        metrics: createRunMetrics(new Registry()),
        now: Date.now,
        ...more,
      });
    },
    mailbox(mailboxId: string, more: Partial<Connection> = {}) {
      connections.set(mailboxId, {
        mailboxId,
        address: `${mailboxId}@example.test`,
        direction: "inbound",
        allowed: true,
        state: "testing",
        generation: 3,
        profileId: "pf_4fz81k",
        server: { protocol: "imap", host: "mail.example.test", port: 993, security: "tls" },
        credentials: {
          type: "password",
          holder: mailboxId,
          username: "anna",
          password: sealed,
          purpose: "mailbox-password",
        },
        allowedPorts: null,
        allowedNetworks: ["127.0.0.0/8", "::1"],
        deleteAfterProcessing: false,
        maximumConcurrentConnections: 2,
        connectionTimeoutMs: 1000,
        processFrom: null,
        act: null,
        pollMs: 1000,
        retryMs: 1000,
        kind: "queue",
        sentCopy: "server",
        undeliverableFolder: null,
        tagUndeliverable: false,
        eightBitPolicy: "encode",
        ehloName: null,
        watch: null,
        uncertainPolicy: "hold",
        sendExpiryMs: 1000,
        messageRetentionDays: 1,
        ...more,
      });
    },
    /** What a handler does with a run, as the bus would hand it over. */
    run(handle: HandleRun, mailboxId: string, purpose: Purpose, stopping = new AbortController().signal) {
      const body = { mailboxId, direction: "inbound", purpose, generation: 3 } as const;
      return handle({ id: subjects.run("inbound", purpose, mailboxId, 3), body }, stopping);
    },
    /** Types of what was told about a mailbox, in the order of their arrival. */
    toldOf: (mailboxId: string) => told.filter((message) => message.mailboxId === mailboxId),
    async stop() {
      renewals.stop();
      await Promise.all([bus.stop(), around.stop()]);
      await Promise.all([store.close(), nats.stop(), mongo.stop()]);
    },
  };
}

export type GivenWorker = Awaited<ReturnType<typeof givenWorker>>;

/** Until it is so; the test's own time limit ends a wait for what never comes. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
