import { BusOutage, connectBus } from "@mailfleet/bus";
import { imapConnector } from "@mailfleet/connector-imap";
import { consumers, streams } from "@mailfleet/contracts";
import { parseBody } from "@mailfleet/mime";
import { loadOpener } from "@mailfleet/secrets";
import { runService } from "@mailfleet/service";
import {
  connectStore,
  createMessageRepository,
  createSlotRepository,
  createSyncRepository,
  isOutage as isStoreOutage,
} from "@mailfleet/store";
import { z } from "zod";
import { startInbound } from "./app.ts";
import { createMetrics } from "./metrics.ts";

/** Enough for the runs that go on at the same time. */
const databaseConnections = 30;

runService({
  name: "inbound-sync",
  environment: {
    /** File with the private keys that open mailbox credentials. */
    MAILFLEET_OPEN_KEYS: z.string(),
  },
  async start({ name, environment, logger, metrics, failPoint, addReadiness, now }) {
    const isOutage = (error: unknown) => isStoreOutage(error) || error instanceof BusOutage;
    const opener = await loadOpener(environment.openKeys, logger);
    const [bus, store] = await Promise.all([
      connectBus({
        url: environment.natsUrl,
        name,
        streamReplicas: environment.streamReplicas,
        logger,
        failPoint,
        isOutage,
      }),
      connectStore({
        url: environment.mongoUrl,
        database: environment.mongoDb,
        appName: name,
        logger,
        maximumConnections: databaseConnections,
      }),
    ]);
    addReadiness("nats", () => bus.health());
    addReadiness("mongodb", () => store.health());
    await bus.declare(
      [streams.MAILBOX, streams.RUNS, streams.TIMERS, streams.FACTS, streams.DEAD],
      [consumers.inboundTests, consumers.inboundRuns, consumers.inboundLifecycle],
    );
    const [syncs, messages, slots] = await Promise.all([
      createSyncRepository(store),
      createMessageRepository(store),
      createSlotRepository(store),
    ]);
    const app = await startInbound({
      bus,
      syncs,
      messages,
      slots,
      opener,
      connectors: { [imapConnector.protocol]: imapConnector },
      parseBody,
      isOutage,
      logger,
      metrics: createMetrics(metrics),
      failPoint,
      now,
      owner: crypto.randomUUID(),
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
