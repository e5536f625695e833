import { connectBus } from "@mailfleet/bus";
import { runService } from "@mailfleet/kit";
import { connectStore, isOutage } from "@mailfleet/store";
import { createMetrics } from "./metrics.ts";
import { scheduler } from "./service.ts";
import { createTimerStore } from "./timer/store.ts";

/** A publish that waits for NATS must not outlive the time that a shutdown has. */
const publishPatienceMs = 2000;

runService(scheduler, async ({ name, environment, logger, metrics, failPoint, addReadiness }) => {
  const { natsUrl, natsNkeyFile, mongoUrl, mongoDb } = environment;
  const signIn = { url: natsUrl, nkeyFile: natsNkeyFile, name };
  const [store, bus] = await Promise.all([
    connectStore({ url: mongoUrl, database: mongoDb, appName: name, logger, addReadiness }),
    connectBus({ ...signIn, logger, failPoint, isOutage, publishPatienceMs, addReadiness }),
  ]);
  const ports = {
    timers: createTimerStore(store),
    metrics: createMetrics(metrics),
    isOutage,
  };
  return { bus, ports, store, close: () => store.close() };
});
