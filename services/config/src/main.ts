import { connectBus } from "@mailfleet/bus";
import { runProcess } from "@mailfleet/kit";
import type { MachineState } from "@mailfleet/mailbox";
import {
  connectStore,
  createConsentRepository,
  createGrantRepository,
  createJobRepository,
  createMailboxRepository,
  createProfileRepository,
  createSettingsRepository,
  isOutage,
} from "@mailfleet/store";
import { z } from "zod";
import { startApp } from "./app.ts";
import { initialSettings } from "./initial-settings.ts";
import { createMetrics } from "./metrics.ts";

runProcess({
  name: "config",
  environment: {
    /** Where people reach the console: alerts about consents hold a link to sign in again. */
    MAILFLEET_CONSOLE_URL: z.url({ protocol: /^https?$/ }).optional(),
  },
  async start({ environment, logger, metrics, failPoint, addReadiness, now }) {
    const store = await connectStore({
      url: environment.mongoUrl,
      database: environment.mongoDb,
      appName: "mailfleet-config",
      logger,
    });
    addReadiness("mongodb", () => store.health());
    const bus = await connectBus({
      url: environment.natsUrl,
      name: "config",
      streamReplicas: environment.streamReplicas,
      logger,
      failPoint,
      isOutage,
    });
    addReadiness("nats", () => bus.health());
    const [mailboxes, profiles, settings, jobs, consents, grants] = await Promise.all([
      createMailboxRepository<MachineState>(store),
      createProfileRepository(store),
      createSettingsRepository(store, initialSettings),
      createJobRepository(store),
      createConsentRepository(store),
      createGrantRepository(store),
    ]);
    const ports = {
      ...{ mailboxes, profiles, settings, jobs, consents, grants },
      ...{ logger, metrics: createMetrics(metrics), failPoint, now },
      consoleUrl: environment.consoleUrl ?? null,
    };
    const app = await startApp({ ports, bus, isOutage });
    return {
      async stop() {
        await app.stop();
        await bus.stop();
        await store.close();
      },
    };
  },
});
