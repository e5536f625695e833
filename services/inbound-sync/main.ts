import { runService } from "@mailfleet/kit";
import { parseBody } from "@mailfleet/mime";
import { connectWorker } from "@mailfleet/worker/adapters";
import { createFingerprintStore } from "./message/fingerprint-store.ts";
import { createMessageStore } from "./message/store.ts";
import { createMetrics } from "./metrics.ts";
import { inboundSync } from "./service.ts";
import type { SourceDocument } from "./source/document.ts";
import { createNamesStore } from "./source/names-store.ts";
import { createSourceStore, sourceCollection } from "./source/store.ts";

/** Enough for the runs at the same time. */
const maximumConnections = 30;

runService(inboundSync, async (context) => {
  const { bus, store, worker, opener, sealer, probes, tokens, isOutage, leases, close } = await connectWorker(context, {
    direction: "inbound",
    connectors: ({ inbound }) => inbound,
    maximumConnections,
  });
  return {
    bus,
    ports: {
      worker,
      sources: await createSourceStore(store),
      leases: leases<SourceDocument>(sourceCollection, "the lease on a mailbox"),
      messages: await createMessageStore(store),
      fingerprints: createFingerprintStore(store),
      names: createNamesStore(store),
      opener,
      seal: sealer.seal,
      isOurProbe: probes.isOurs,
      tokens,
      parseBody,
      isOutage,
      metrics: createMetrics(context.metrics),
    },
    close,
  };
});
