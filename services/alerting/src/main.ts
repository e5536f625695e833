import { connectBus } from "@mailfleet/bus";
import { loadOpener } from "@mailfleet/secrets";
import { runService } from "@mailfleet/service";
import {
  connectStore,
  createAlertRepository,
  createDeadLetterRepository,
  createNoticeRepository,
  createNotificationSettingsRepository,
  isOutage,
} from "@mailfleet/store";
import { z } from "zod";
import { startAlerting } from "./app.ts";
import { createSmtpRelay } from "./smtp-relay.ts";

const milliseconds = (least: number) => z.coerce.number().int().min(least, `must be at least ${least}`);

runService({
  name: "alerting",
  environment: {
    /** File with the private keys that open the notification relay's password. */
    MAILFLEET_NOTIFY_OPEN_KEYS: z.string(),
    /** Shortest time between two mails that say that the same alert is raised, milliseconds. */
    MAILFLEET_NOTIFY_QUIET_MS: milliseconds(0).default(900_000),
    /** First wait after a failure of the relay, milliseconds; doubled each time, up to 30 minutes. */
    MAILFLEET_NOTIFY_RETRY_MS: milliseconds(100).default(60_000),
  },
  start: async (context) => {
    const { environment, logger, failPoint } = context;
    const opener = await loadOpener(environment.notifyOpenKeys, logger);
    let natsState: () => string | null = () => "not connected yet";
    let mongoState: () => Promise<string | null> = async () => "not connected yet";
    context.addReadiness("nats", () => natsState());
    context.addReadiness("mongodb", () => mongoState());

    const [store, bus] = await Promise.all([
      connectStore({ url: environment.mongoUrl, database: environment.mongoDb, appName: context.name, logger }),
      connectBus({
        url: environment.natsUrl,
        name: context.name,
        streamReplicas: environment.streamReplicas,
        logger,
        failPoint,
      }),
    ]);
    natsState = () => bus.health();
    mongoState = () => store.health();
    const alerting = await startAlerting(
      {
        ...context,
        bus,
        isOutage,
        alerts: await createAlertRepository(store),
        notices: createNoticeRepository(store),
        deadLetters: await createDeadLetterRepository(store),
        settings: createNotificationSettingsRepository(store),
        connectRelay: createSmtpRelay(opener),
      },
      {
        quietMs: environment.notifyQuietMs,
        retryMs: environment.notifyRetryMs,
        noticesEveryMs: 2000,
        leftoversEveryMs: 5000,
        streamsEveryMs: 60_000,
      },
    );
    return {
      stop: async () => {
        await alerting.stop();
        await bus.stop();
        await store.close();
      },
    };
  },
});
