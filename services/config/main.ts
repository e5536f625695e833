import { connectBus } from "@mailfleet/bus";
import { lengthsOf } from "@mailfleet/contracts";
import { createLeases, runService, startRenewals } from "@mailfleet/kit";
import { connectStore, createLeaseStore, isOutage, openDocuments } from "@mailfleet/store";
import { collections } from "./collections.ts";
import { createConsentStore } from "./consent/store.ts";
import { erasureCollection } from "./erasure/body.ts";
import { createTraceStore } from "./erasure/traces.ts";
import { createGrantStore } from "./grant/store.ts";
import { jobCollection } from "./job/body.ts";
import { createLineStore } from "./job/line-store.ts";
import { createJobStore } from "./job/store.ts";
import { createMetrics } from "./mailbox/metrics.ts";
import { createMailboxStore } from "./mailbox/store.ts";
import { createProofStore } from "./proof/store.ts";
import { config } from "./service.ts";

runService(config, async ({ name, environment, logger, metrics, failPoint, addReadiness }) => {
  const { mongoUrl, mongoDb, natsUrl, natsNkeyFile, consoleUrl } = environment;
  const [store, bus] = await Promise.all([
    connectStore({ url: mongoUrl, database: mongoDb, appName: name, logger, addReadiness }),
    connectBus({ url: natsUrl, nkeyFile: natsNkeyFile, name, logger, failPoint, isOutage, addReadiness }),
  ]);
  const [consents, grants] = await Promise.all([createConsentStore(store), createGrantStore(store)]);
  const renewals = startRenewals({ logger, isOutage, lengths: lengthsOf(environment.leaseMs), registry: metrics });
  return {
    bus,
    store,
    ports: {
      ...{
        consents,
        grants,
        proofs: createProofStore(store),
        jobs: createJobStore(store),
        jobLines: createLineStore(store),
        mailboxes: createMailboxStore(store),
      },
      jobLeases: createLeases(createLeaseStore(store, jobCollection), {
        ...{ owner: crypto.randomUUID(), renewals, name: "the lease on a job" },
      }),
      erasureLeases: createLeases(createLeaseStore(store, erasureCollection), {
        ...{ owner: crypto.randomUUID(), renewals, name: "the lease on an erasure" },
      }),
      traces: createTraceStore(store),
      eraseSettleMs: environment.eraseSettleMs,
      grantLeases: createLeaseStore(store, collections.grants.name, { onlyExisting: true }),
      openDocuments: (collection, unlisted) => openDocuments(store, collection, unlisted),
      isOutage,
      metrics: createMetrics(metrics),
      consoleUrl: consoleUrl ?? null,
    },
    close() {
      renewals.stop();
      return store.close();
    },
  };
});
