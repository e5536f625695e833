import { BusOutage, connectBus } from "@mailfleet/bus";
import { createConnectors } from "@mailfleet/connectors";
import { createGuardedFetch, readPrivateNetworks } from "@mailfleet/http";
import { createLeases, createPermits, runService, startRenewals } from "@mailfleet/kit";
import { parseBody } from "@mailfleet/mime";
import { createTokens } from "@mailfleet/oauth";
import { loadOpener, loadProbeCodes, loadSealer } from "@mailfleet/secrets";
import { connectStore, createLeaseStore, createPermitStore, isOutage as isStoreOutage } from "@mailfleet/store";
import { createRunMetrics, createWorker } from "@mailfleet/worker";
import { createMessageStore } from "./message/store.ts";
import { createMetrics } from "./metrics.ts";
import { inboundSync } from "./service.ts";
import type { SourceDocument } from "./source/document.ts";
import { createHandledStore } from "./source/handled-store.ts";
import { createSourceStore, sourceCollection } from "./source/store.ts";

/** Enough for the runs at the same time. */
const databaseConnections = 30;

runService(inboundSync, async ({ name, environment, logger, metrics, failPoint, addReadiness, now }) => {
  const { natsUrl, mongoUrl, mongoDb, openKeys, streamReplicas, allowedPrivateNetworks } = environment;
  const isOutage = (error: unknown) => isStoreOutage(error) || error instanceof BusOutage;
  // The public halves are in the same file.
  const [opener, sealer, probes] = await Promise.all([
    loadOpener(openKeys, logger),
    loadSealer(openKeys),
    loadProbeCodes(openKeys),
  ]);
  const fetch = createGuardedFetch({ privateNetworks: readPrivateNetworks(allowedPrivateNetworks) });
  const [bus, store] = await Promise.all([
    connectBus({ url: natsUrl, name, streamReplicas, logger, failPoint, isOutage }),
    connectStore({
      url: mongoUrl,
      database: mongoDb,
      appName: name,
      logger,
      maximumConnections: databaseConnections,
    }),
  ]);
  addReadiness("nats", () => bus.health());
  addReadiness("mongodb", () => store.health());
  const owner = crypto.randomUUID();
  const renewals = startRenewals({ logger, isOutage });
  const tokens = createTokens({
    fetch,
    open: opener.open,
    seal: sealer.seal,
    grants: {
      beginRefresh: (input) => bus.request("config.grant.begin-refresh", input),
      endRefresh: (input) => bus.request("config.grant.end-refresh", input),
    },
    now,
    owner,
    logger,
  });
  const worker = createWorker({
    direction: "inbound",
    bus,
    connectors: createConnectors({ fetch }).inbound,
    permits: createPermits(await createPermitStore(store), { party: `inbound/${owner}`, renewals }),
    openSecret: opener.open,
    tokens,
    isOutage,
    logger,
    metrics: createRunMetrics(metrics, "inbound"),
    now,
  });
  const leaseStore = createLeaseStore<SourceDocument>(store, sourceCollection);
  return {
    bus,
    ports: {
      worker,
      sources: await createSourceStore(store),
      leases: createLeases(leaseStore, { owner, renewals, name: "the lease on a mailbox" }),
      messages: await createMessageStore(store),
      handled: await createHandledStore(store),
      opener,
      seal: sealer.seal,
      isOurProbe: probes.isOurs,
      tokens,
      parseBody,
      isOutage,
      metrics: createMetrics(metrics),
    },
    close: async () => {
      renewals.stop();
      await Promise.all([store.close(), fetch.close()]);
    },
  };
});
