import { runService } from "@mailfleet/kit";
import { createThroughputStore, ThroughputCounter } from "@mailfleet/worker";
import { connectWorker } from "@mailfleet/worker/adapters";
import { createActivityStore } from "./activity/store.ts";
import { collections } from "./collections.ts";
import { createMetrics } from "./metrics.ts";
import { defaultPolicy } from "./ports.ts";
import { createJournalStore, type JournalDocument } from "./send/journal-store.ts";
import { sendingOf } from "./send/sending.ts";
import { createSendStore } from "./send/store.ts";
import { outboundSend } from "./service.ts";
import { createUploadStore } from "./upload/store.ts";

runService(outboundSend, async (context) => {
  const { bus, store, worker, sentFolder, owner, probes, isOutage, leases, close } = await connectWorker(context, {
    direction: "outbound",
    connectors: ({ outbound }) => outbound,
  });
  const counted = createThroughputStore(store, collections.throughput.name, owner);
  return {
    bus,
    store,
    ports: {
      owner,
      worker,
      sentFolder,
      sends: createSendStore(store, owner),
      uploads: createUploadStore(store),
      activity: createActivityStore(store),
      journals: createJournalStore(store),
      leases: leases<JournalDocument>(collections.journals.name, "a journal of sends"),
      signProbe: probes.sign,
      isOutage,
      throughput: { store: counted, counter: new ThroughputCounter(counted, context.now) },
      metrics: createMetrics(context.metrics),
      policy: defaultPolicy,
    },
    // Before the bus stops: what was sent is told.
    open: async (ports) => ({ stop: () => sendingOf(ports).stop() }),
    close,
  };
});
