import { BusOutage, connectBus } from "@mailfleet/bus";
import type { OutboundConnector } from "@mailfleet/connector-api";
import { graphInbound, graphOutbound } from "@mailfleet/connector-graph";
import { imapConnector } from "@mailfleet/connector-imap";
import { smtpConnector } from "@mailfleet/connector-smtp";
import { FailureError, failureOf, type Logger, Secret } from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import {
  createFailPoints,
  createLeases,
  createPermits,
  type HoldLengths,
  Registry,
  startRenewals,
  startService,
} from "@mailfleet/kit";
import {
  connectStore,
  createLeaseStore,
  createPermitStore,
  createSignInStore,
  isOutage as isStoreOutage,
} from "@mailfleet/store";
import {
  createRunMetrics,
  createSentFolder,
  createThroughputStore,
  createWorker,
  type SentFolder,
  signInCollection,
  ThroughputCounter,
  type WorkerPorts,
} from "@mailfleet/worker";
import { createActivityStore } from "../activity/store.ts";
import { collections } from "../collections.ts";
import { createMetrics } from "../metrics.ts";
import { defaultPolicy, type OutboundPolicy } from "../ports.ts";
import { createJournalStore, type JournalDocument } from "../send/journal-store.ts";
import { sendingOf } from "../send/sending.ts";
import { createSendStore } from "../send/store.ts";
import { outboundSend } from "../service.ts";
import { createUploadStore } from "../upload/store.ts";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const shown: Logger = {
  debug: (context, message) => console.error(process.pid, "debug", message, context),
  info: (context, message) => console.error(process.pid, "info", message, context),
  warn: (context, message) => console.error(process.pid, "warn", message, context),
  error: (context, message) => console.error(process.pid, "error", message, context),
  child: () => shown,
};

/** Where the engines of a test are. */
export interface Engines {
  readonly nats: { readonly url: string; readonly nkeyFile?: string };
  readonly mongoUrl: string;
  readonly database: string;
}

/** How an instance differs from the default. All of it can be passed to another process. */
export interface InstanceOptions {
  readonly policy?: Partial<OutboundPolicy>;
  /** `name:nth`: the process kills itself there. */
  readonly failPoints?: readonly string[];
  readonly lengths?: HoldLengths;
  /** How long a server may take for an answer; 2 s unless given. */
  readonly commandMs?: number;
  /** In this process only: the sent mail as a test wants it. */
  readonly around?: (sentFolder: SentFolder) => SentFolder;
}

/** One running instance of the service. */
export interface Instance {
  stop(): Promise<void>;
}

/** The tag of a password that cannot be opened. */
export const unreadable = "unreadable";
const short: HoldLengths = { holdMs: 1200, renewEveryMs: 200, marginMs: 200 };
let number = 0;

/** The service on real engines, with a stand-in for secrets. */
export async function startInstance(engines: Engines, options: InstanceOptions): Promise<Instance> {
  const logger = process.env.SHOW_LOGS ? shown : silent;
  const policy = { ...defaultPolicy, dueLookMs: 500, outboxLookMs: 400, ...options.policy };
  const store = await connectStore({ url: engines.mongoUrl, database: engines.database, appName: "test", logger });
  const isOutage = (error: unknown) => isStoreOutage(error) || error instanceof BusOutage;
  const bus = await connectBus({ ...engines.nats, name: "outbound-send", logger, isOutage });
  const owner = `app${++number}-${process.pid}-${Date.now()}`;
  const renewals = startRenewals({ logger, isOutage, lengths: options.lengths ?? short });
  const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
  const signIns: WorkerPorts<unknown>["signIns"] = createSignInStore(store, signInCollection.name);
  const ports = {
    bus,
    permits: createPermits(createPermitStore(store), { party: `outbound/${owner}`, renewals }),
    signIns,
    destinations: { networks: [], refused: [] },
    openSecret: async ({ tag }: { tag: string }) => {
      if (tag === unreadable) throw new FailureError(failureOf("CREDENTIALS_UNREADABLE"));
      return new Secret("password");
    },
    tokens: {
      credentials: ({ username }: { username: string }) => ({
        ...{ type: "token" as const, username, accessToken: async () => new Secret("a-token-that-is-good") },
      }),
    },
    isOutage,
    logger,
    metrics: createRunMetrics(new Registry()),
    now: Date.now,
  };
  const worker = createWorker<OutboundConnector>({
    ...ports,
    direction: "outbound",
    connectors: {
      load: async (protocol) =>
        protocol === "graph"
          ? graphOutbound({ fetch })
          : smtpConnector({ commandMs: options.commandMs ?? 2000, finalMs: 60_000 }),
    },
  });
  const sentFolder = createSentFolder({
    ...ports,
    direction: "inbound",
    connectors: { load: async (protocol) => (protocol === "graph" ? graphInbound({ fetch }) : imapConnector) },
  });
  const counted = createThroughputStore(store, collections.throughput.name, owner);
  const service = await startService(
    outboundSend,
    {
      bus,
      owner,
      worker,
      sentFolder: (options.around ?? ((one) => one))(sentFolder),
      sends: createSendStore(store, owner),
      uploads: createUploadStore(store),
      activity: createActivityStore(store),
      journals: createJournalStore(store),
      leases: createLeases(createLeaseStore<JournalDocument>(store, collections.journals.name), {
        owner,
        renewals,
        name: "a journal of sends",
      }),
      signProbe: () => "code",
      isOutage,
      logger,
      registry: new Registry(),
      throughput: { store: counted, counter: new ThroughputCounter(counted, Date.now) },
      metrics: createMetrics(new Registry()),
      failPoint: createFailPoints(options.failPoints, logger).hit,
      now: Date.now,
      policy,
    },
    { everyMs: { sweep: 100, "do-afterwards": 100 } },
  );
  let stopping: Promise<void> | null = null;
  return {
    stop: () => {
      stopping ??= (async () => {
        await Promise.all([sendingOf(service.ports).stop(), service.stop()]);
        renewals.stop();
        await bus.stop();
        await store.close();
        await fetch.close();
      })();
      return stopping;
    },
  };
}
