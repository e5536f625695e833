import { createHmac } from "node:crypto";
import { BusOutage, connectBus } from "@mailfleet/bus";
import type { ActConnector, ConnectOptions, InboundConnector } from "@mailfleet/connector-api";
import { ewsAct } from "@mailfleet/connector-ews";
import { imapConnector } from "@mailfleet/connector-imap";
import { pop3Connector } from "@mailfleet/connector-pop3";
import { type Direction, type FailPoint, type Logger, noFailPoint, type Sealed, Secret } from "@mailfleet/contracts";
import { createLeases, createPermits, type HoldLengths, Registry, startRenewals, startService } from "@mailfleet/kit";
import { parseBody } from "@mailfleet/mime";
import { connectStore, createLeaseStore, createPermitStore, createSignInStore, isOutage } from "@mailfleet/store";
import {
  createRunMetrics,
  createThroughputStore,
  createWorker,
  signInCollection,
  ThroughputCounter,
  type WorkerPorts,
} from "@mailfleet/worker";
import { collections } from "../collections.ts";
import { createFingerprintStore } from "../message/fingerprint-store.ts";
import { createMessageStore } from "../message/store.ts";
import { createMetrics } from "../metrics.ts";
import type { InboundPorts } from "../ports.ts";
import { inboundSync } from "../service.ts";
import type { SourceDocument } from "../source/document.ts";
import { createNamesStore } from "../source/names-store.ts";
import { createSourceStore } from "../source/store.ts";
import type { WatcherDocument } from "../watch/document.ts";
import { createWatchStore } from "../watch/store.ts";
import { watchesOf } from "../watch/watches.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
/** With `SHOW_LOGS=1`, what the service logs is shown. */
const shown: Logger = {
  ...silent,
  warn: (context, message) => console.error(message, context),
  error: (context, message) => console.error(message, context),
  info: (context, message) => console.error(message, context),
  child: () => shown,
};
export const logger = process.env.SHOW_LOGS ? shown : silent;

/** The code of a probe as outbound-send makes it, with a key that only these tests have. */
export const signProbe = (text: string) => createHmac("sha256", "key of the tests").update(text).digest("base64url");

const unused = () => {
  throw new Error("these tests sign in with passwords");
};
const noTokens = { exchangeCode: unused, startDevice: unused, pollDevice: unused };

/** Where a replica finds its engines. */
export interface Engines {
  readonly nats: { readonly url: string; readonly nkeyFile?: string };
  readonly mongoUrl: string;
  readonly database: string;
}

/** What a test asks of a replica. */
export type GivenReplica = Partial<Omit<InboundPorts, "worker" | "act" | "leases">> & {
  failPoint?: FailPoint;
  /** Of leases and permits, where those of production are too long for a test. */
  lengths?: HoldLengths;
  connectors?: Readonly<Record<string, InboundConnector>>;
  /** What mailboxes sign in with that have a token; without it there are none. */
  tokenCredentials?: () => NonNullable<ConnectOptions["credentials"]>;
};

/** One process of the service. */
export async function startReplica(
  engines: Engines,
  {
    connectors = { imap: imapConnector, pop3: pop3Connector },
    lengths,
    tokenCredentials = unused,
    ...own
  }: GivenReplica,
) {
  const bus = await connectBus({
    ...engines.nats,
    name: "inbound-sync",
    logger,
    publishPatienceMs: 2000,
    isOutage,
  });
  const ownStore = await connectStore({
    url: engines.mongoUrl,
    database: engines.database,
    appName: "inbound",
    logger,
  });
  const owner = crypto.randomUUID();
  const renewals = startRenewals({ logger, isOutage, ...(lengths && { lengths }) });
  const permitStore = createPermitStore(ownStore);
  const isAway = (error: unknown) => isOutage(error) || error instanceof BusOutage;
  const opener = own.opener ?? { open: async (given: Sealed) => new Secret(given.ciphertext) };
  const signIns: WorkerPorts<unknown>["signIns"] = createSignInStore(ownStore, signInCollection.name);
  const portsOf = (direction: Direction) => ({
    direction,
    bus,
    permits: createPermits(permitStore, { party: `${direction}/${owner}`, renewals }),
    signIns,
    destinations: { networks: [], refused: [] },
    openSecret: opener.open,
    tokens: { credentials: tokenCredentials },
    isOutage: isAway,
    logger,
    metrics: createRunMetrics(new Registry()),
    now: own.now ?? Date.now,
  });
  const worker = createWorker<InboundConnector>({
    ...portsOf("inbound"),
    connectors: { load: async (protocol) => connectors[protocol] ?? null },
  });
  const act = createWorker<ActConnector>({
    ...portsOf("act"),
    connectors: { load: async (protocol) => (protocol === "ews" ? ewsAct : null) },
  });
  const counted = createThroughputStore(ownStore, collections.throughput.name, owner);
  const app = await startService(inboundSync, {
    bus,
    worker,
    act,
    sources: createSourceStore(ownStore),
    leases: createLeases(createLeaseStore<SourceDocument>(ownStore, collections.sources.name), {
      owner,
      renewals,
      name: "the lease on a mailbox",
    }),
    watchPermits: createPermits(permitStore, { party: `inbound-watch/${owner}`, renewals }),
    watches: createWatchStore(ownStore),
    watchers: createLeases(createLeaseStore<WatcherDocument>(ownStore, collections.watchers.name), {
      owner,
      renewals,
      name: "the lease of who watches",
    }),
    messages: createMessageStore(ownStore),
    fingerprints: createFingerprintStore(ownStore),
    names: createNamesStore(ownStore),
    seal: async () => {
      throw new Error("nobody signs in here");
    },
    isOurProbe: (text, code) => code === signProbe(text),
    tokens: noTokens,
    parseBody,
    isOutage: isAway,
    logger,
    registry: new Registry(),
    throughput: { store: counted, counter: new ThroughputCounter(counted, own.now ?? Date.now) },
    metrics: createMetrics(new Registry()),
    failPoint: noFailPoint,
    now: Date.now,
    ...own,
    opener,
  });
  let stopped: Promise<void> | undefined;
  return {
    stop: () => {
      stopped ??= (async () => {
        await Promise.all([watchesOf(app.ports).stop(), app.stop()]);
        renewals.stop();
        await bus.stop();
        await ownStore.close();
      })();
      return stopped;
    },
  };
}
