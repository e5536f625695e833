import { runService } from "@mailfleet/kit";
import { parseBody } from "@mailfleet/mime";
import { createThroughputStore, ThroughputCounter } from "@mailfleet/worker";
import { connectWorker } from "@mailfleet/worker/adapters";
import { collections } from "./collections.ts";
import { createFingerprintStore } from "./message/fingerprint-store.ts";
import { createMessageStore } from "./message/store.ts";
import { createMetrics } from "./metrics.ts";
import { inboundSync } from "./service.ts";
import type { SourceDocument } from "./source/document.ts";
import { createNamesStore } from "./source/names-store.ts";
import { createSourceStore } from "./source/store.ts";
import type { WatcherDocument } from "./watch/document.ts";
import { createWatchStore } from "./watch/store.ts";
import { watchesOf } from "./watch/watches.ts";

/** A process that dies leaves the permits of its watches behind for so long; runs have the other half of them. */
const watchPermitLengths = { holdMs: 60_000, renewEveryMs: 15_000, marginMs: 5_000 };

/** Enough for the runs at the same time. */
const maximumConnections = 30;

runService(inboundSync, async (context) => {
  const { bus, store, worker, also, owner, opener, sealer, probes, tokens, isOutage, leases, permits, close } =
    await connectWorker(context, {
      direction: "inbound",
      connectors: ({ inbound }) => inbound,
      maximumConnections,
    });
  const counted = createThroughputStore(store, collections.throughput.name, owner);
  return {
    bus,
    store,
    ports: {
      worker,
      act: also("act", (all) => all.act),
      sources: createSourceStore(store),
      leases: leases<SourceDocument>(collections.sources.name, "the lease on a mailbox"),
      watches: createWatchStore(store),
      watchers: leases<WatcherDocument>(collections.watchers.name, "the lease of who watches"),
      watchPermits: permits("watch", watchPermitLengths),
      messages: createMessageStore(store),
      fingerprints: createFingerprintStore(store),
      names: createNamesStore(store),
      opener,
      seal: sealer.seal,
      isOurProbe: probes.isOurs,
      tokens,
      parseBody,
      isOutage,
      throughput: { store: counted, counter: new ThroughputCounter(counted, context.now) },
      metrics: createMetrics(context.metrics),
    },
    // Before the bus stops: others can have its watches at once.
    open: async (ports) => ({
      stop: async () => {
        await watchesOf(ports).stop();
        await ports.throughput.counter.save().catch(() => {});
      },
    }),
    close,
  };
});
