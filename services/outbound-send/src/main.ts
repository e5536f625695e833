import { randomUUID } from "node:crypto";
import { connectBus } from "@mailfleet/bus";
import { smtpConnector } from "@mailfleet/connector-smtp";
import { loadOpener } from "@mailfleet/secrets";
import { runService } from "@mailfleet/service";
import {
  connectStore,
  createOutboundActivityRepository,
  createSendRepository,
  createSlotRepository,
  createUploadRepository,
  isOutage,
} from "@mailfleet/store";
import { z } from "zod";
import { startOutboundSend } from "./app.ts";
import { createMetrics } from "./metrics.ts";
import { defaultPolicy } from "./ports.ts";

runService({
  name: "outbound-send",
  environment: { MAILFLEET_OPEN_KEYS: z.string().min(1) },
  start: async ({ environment, logger, metrics, failPoint, signal, addReadiness, now }) => {
    const { natsUrl, mongoUrl, mongoDb, openKeys, streamReplicas } = environment;
    const opener = await loadOpener(openKeys);
    const store = await connectStore({ url: mongoUrl, database: mongoDb, appName: "outbound-send", logger });
    const bus = await connectBus({ url: natsUrl, name: "outbound-send", streamReplicas, logger, failPoint });
    addReadiness("mongodb", () => store.health());
    addReadiness("nats", () => bus.health());
    const owner = randomUUID().slice(0, 13);
    const app = await startOutboundSend({
      bus,
      sends: await createSendRepository(store, { owner, leaseMs: defaultPolicy.leaseMs }),
      uploads: await createUploadRepository(store),
      activity: createOutboundActivityRepository(store),
      slots: await createSlotRepository(store, "outboundSlots"),
      connectors: [smtpConnector()],
      openSecret: (sealed, aad) => opener.open(sealed, aad),
      isOutage,
      logger,
      metrics: createMetrics(metrics),
      failPoint,
      signal,
      now,
      policy: defaultPolicy,
    });
    return {
      stop: async () => {
        await app.stop();
        await bus.stop();
        await store.close();
      },
    };
  },
});
