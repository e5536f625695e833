/** What both workers stand on, for their `main.ts`: the second door of this package. Nothing else may import it. */
import { type Bus, BusOutage, connectBus } from "@mailfleet/bus";
import { type Connectors, createConnectors } from "@mailfleet/connectors";
import { type Direction, lengthsOf } from "@mailfleet/contracts";
import { createGuardedFetch, readPrivateNetworks, readProxy } from "@mailfleet/http";
import {
  createLeases,
  createPermits,
  type HoldLengths,
  type Leases,
  type Permits,
  type ProcessContext,
  type Renewals,
  startRenewals,
} from "@mailfleet/kit";
import { createTokens, type Tokens } from "@mailfleet/oauth";
import { loadOpener, loadProbeCodes, loadSealer, type Opener, type ProbeCodes, type Sealer } from "@mailfleet/secrets";
import {
  connectStore,
  createLeaseStore,
  createPermitStore,
  createSignInStore,
  isOutage as isStoreOutage,
  type Store,
} from "@mailfleet/store";
import { enginePlaces } from "./engine-places.ts";
import type { workerEnvironment } from "./environment.ts";
import { countedByHost } from "./host-permits.ts";
import { createRunMetrics } from "./metrics.ts";
import type { ConnectorSource } from "./ports.ts";
import { createSentFolder, type SentFolder } from "./sent-folder.ts";
import { signInCollection } from "./sign-in/collection.ts";
import type { SignInRecord } from "./sign-in/record.ts";
import { createWorker, type Worker } from "./worker.ts";

/** Connections, keys and the worker of one process. */
export interface WorkerAdapters<Connector> {
  readonly bus: Bus;
  readonly store: Store;
  readonly worker: Worker<Connector>;
  /** The worker of another direction in the same process, with what it shares. */
  also<Other>(direction: Direction, connectors: (all: Connectors) => ConnectorSource<Other>): Worker<Other>;
  /** What mailboxes have sent, as the servers they receive from keep it. */
  readonly sentFolder: SentFolder;
  /** Names this process, newly for each start. */
  readonly owner: string;
  readonly opener: Opener;
  readonly sealer: Sealer;
  readonly probes: ProbeCodes;
  readonly tokens: Tokens;
  /** True for an error that only means that MongoDB or NATS is away. */
  isOutage(error: unknown): boolean;
  /** Leases on the documents of a collection; `name` is what is said when one is lost. */
  leases<Document>(collection: string, name: string): Leases<Document>;
  /** Permits that are held for another time than those of runs, by a party of its own. */
  permits(role: string, lengths: HoldLengths): Permits;
  /** After the bus was stopped. */
  close(): Promise<void>;
}

/**
 * Loads the keys, connects NATS and MongoDB and makes the worker of a direction. Waits for engines that are away, live
 * but not ready. `maximumConnections`: to MongoDB.
 */
export async function connectWorker<Connector>(
  context: ProcessContext<typeof workerEnvironment>,
  given: {
    readonly direction: Direction;
    readonly connectors: (all: Connectors) => ConnectorSource<Connector>;
    readonly maximumConnections?: number;
  },
): Promise<WorkerAdapters<Connector>> {
  const { name, environment, logger, metrics, failPoint, addReadiness, now } = context;
  const { natsUrl, natsNkeyFile, mongoUrl, mongoDb, openKeys, allowedPrivateNetworks } = environment;
  const { direction, connectors, maximumConnections } = given;
  const isOutage = (error: unknown) => isStoreOutage(error) || error instanceof BusOutage;
  // The public halves are in the same file.
  const [opener, sealer, probes] = await Promise.all([
    loadOpener(openKeys, logger),
    loadSealer(openKeys),
    loadProbeCodes(openKeys),
  ]);
  const networks = readPrivateNetworks(allowedPrivateNetworks);
  const proxy = await readProxy(environment);
  const fetch = createGuardedFetch({ privateNetworks: networks, proxy });
  const [bus, store] = await Promise.all([
    connectBus({ url: natsUrl, nkeyFile: natsNkeyFile, name, logger, failPoint, isOutage, addReadiness }),
    connectStore({
      url: mongoUrl,
      database: mongoDb,
      appName: name,
      logger,
      addReadiness,
      ...(maximumConnections !== undefined && { maximumConnections }),
    }),
  ]);
  const owner = crypto.randomUUID().slice(0, 13);
  const renewals = startRenewals({ logger, isOutage, lengths: lengthsOf(environment.leaseMs), registry: metrics });
  const more: Renewals[] = [];
  const permitStore = createPermitStore(store);
  const signIns = createSignInStore<SignInRecord>(store, signInCollection.name);
  const tokens = createTokens({
    fetch,
    open: opener.open,
    seal: sealer.seal,
    grants: {
      beginRefresh: (input) => bus.request("config.grant.begin-refresh", input),
      endRefresh: (input) => bus.request("config.grant.end-refresh", input),
    },
    certificateRead({ owner: profileId, secret, certificate }) {
      const kept = bus.request("config.profile.keep-certificate", { profileId, secret, certificate });
      // It is told again when the certificate is read again.
      kept.catch((err: unknown) => logger.info({ err, profile: profileId }, "the end of a certificate was not told"));
    },
    now,
    owner,
    logger,
  });
  const all = createConnectors({ fetch });
  const shared = {
    bus,
    signIns,
    openSecret: opener.open,
    tokens,
    destinations: { networks, refused: enginePlaces(natsUrl, mongoUrl), proxy },
    isOutage,
    logger,
    now,
  };
  const runs = createRunMetrics(metrics);
  const portsOf = (of: Direction) => ({
    ...shared,
    direction: of,
    permits: countedByHost(createPermits(permitStore, { party: `${of}/${owner}`, renewals }), runs),
    metrics: runs,
  });
  const ports = portsOf(direction);
  const worker = createWorker<Connector>({ ...ports, connectors: connectors(all) });
  return {
    bus,
    store,
    worker,
    also: (other, of) => createWorker({ ...portsOf(other), connectors: of(all) }),
    sentFolder: createSentFolder({ ...ports, direction: "inbound", connectors: all.inbound }),
    owner,
    opener,
    sealer,
    probes,
    tokens,
    isOutage,
    leases: <Document>(collection: string, leaseName: string) =>
      createLeases(createLeaseStore<Document>(store, collection), { owner, renewals, name: leaseName }),
    permits(role, lengths) {
      const own = startRenewals({ logger, isOutage, lengths });
      more.push(own);
      return createPermits(permitStore, { party: `${direction}-${role}/${owner}`, renewals: own });
    },
    async close() {
      renewals.stop();
      for (const one of more) one.stop();
      await Promise.all([store.close(), fetch.close()]);
    },
  };
}
