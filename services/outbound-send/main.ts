import { BusOutage, connectBus } from "@mailfleet/bus";
import { createConnectors } from "@mailfleet/connectors";
import { createGuardedFetch, readPrivateNetworks } from "@mailfleet/http";
import { createLeases, createPermits, runService, startRenewals } from "@mailfleet/kit";
import { createTokens } from "@mailfleet/oauth";
import { loadOpener, loadProbeCodes, loadSealer } from "@mailfleet/secrets";
import { connectStore, createLeaseStore, createPermitStore, isOutage as isStoreOutage } from "@mailfleet/store";
import { createRunMetrics, createWorker } from "@mailfleet/worker";
import { createActivityStore } from "./activity/store.ts";
import { createMetrics } from "./metrics.ts";
import { defaultPolicy } from "./ports.ts";
import { createJournalStore, type JournalDocument, journalCollection } from "./send/journal-store.ts";
import { sendingOf } from "./send/sending.ts";
import { createSendStore } from "./send/store.ts";
import { outboundSend } from "./service.ts";
import { createUploadStore } from "./upload/store.ts";

runService(outboundSend, async ({ name, environment, logger, metrics, failPoint, addReadiness, now }) => {
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
    connectStore({ url: mongoUrl, database: mongoDb, appName: name, logger }),
  ]);
  addReadiness("nats", () => bus.health());
  addReadiness("mongodb", () => store.health());
  const owner = crypto.randomUUID().slice(0, 13);
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
    direction: "outbound",
    bus,
    connectors: createConnectors({ fetch }).outbound,
    permits: createPermits(await createPermitStore(store), { party: `outbound/${owner}`, renewals }),
    openSecret: opener.open,
    tokens,
    isOutage,
    logger,
    metrics: createRunMetrics(metrics, "outbound"),
    now,
  });
  return {
    bus,
    ports: {
      owner,
      worker,
      sends: await createSendStore(store, owner),
      uploads: await createUploadStore(store),
      activity: createActivityStore(store),
      journals: await createJournalStore(store),
      leases: createLeases(createLeaseStore<JournalDocument>(store, journalCollection), {
        owner,
        renewals,
        name: "a journal of sends",
      }),
      signProbe: probes.sign,
      isOutage,
      metrics: createMetrics(metrics),
      policy: defaultPolicy,
    },
    // Before the bus stops: what was sent is told.
    open: async (ports) => ({ stop: () => sendingOf(ports).stop() }),
    close: async () => {
      renewals.stop();
      await Promise.all([store.close(), fetch.close()]);
    },
  };
});
