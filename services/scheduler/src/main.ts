import { connectBus } from "@mailfleet/bus";
import { runProcess } from "@mailfleet/kit";
import { connectStore, createTimerRepository, isOutage } from "@mailfleet/store";
import { startScheduler } from "./app.ts";
import { createMetrics } from "./metrics.ts";

/** A publish that waits for NATS must not outlive the time that a shutdown has. */
const publishPatienceMs = 2000;

runProcess({
  name: "scheduler",
  environment: {},
  start: async ({ name, environment, logger, metrics, failPoint, addReadiness, now }) => {
    const store = await connectStore({
      url: environment.mongoUrl,
      database: environment.mongoDb,
      appName: name,
      logger,
    });
    addReadiness("mongodb", () => store.health());
    const bus = await connectBus({
      url: environment.natsUrl,
      name,
      streamReplicas: environment.streamReplicas,
      logger,
      failPoint,
      isOutage,
      publishPatienceMs,
    });
    addReadiness("nats", () => bus.health());
    const scheduler = await startScheduler({
      bus,
      timers: await createTimerRepository(store),
      metrics: createMetrics(metrics),
      logger,
      failPoint,
      isOutage,
      now,
    });
    return {
      stop: async () => {
        await scheduler.stop();
        await bus.stop();
        await store.close();
      },
    };
  },
});
