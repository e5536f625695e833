import { connectBus } from "@mailfleet/bus";
import { createGuardedFetch, readPrivateNetworks } from "@mailfleet/http";
import { runProcess } from "@mailfleet/kit";
import { createTokens } from "@mailfleet/oauth";
import { loadOpener, loadSealer } from "@mailfleet/secrets";
import {
  connectStore,
  createAlertRepository,
  createDeadLetterRepository,
  createNoticeRepository,
  createNotificationSettingsRepository,
  isOutage,
} from "@mailfleet/store";
import { z } from "zod";
import { allowedPortsOf } from "./allowed-ports.ts";
import { startAlerting } from "./app.ts";
import { createMailServer } from "./mail-server.ts";

const milliseconds = (least: number) => z.coerce.number().int().min(least, `must be at least ${least}`);

runProcess({
  name: "alerting",
  environment: {
    /** File with the private keys that open the secrets of the notification mail server. */
    MAILFLEET_NOTIFY_OPEN_KEYS: z.string(),
    /** Shortest time between two mails that say that the same alert is raised, milliseconds. */
    MAILFLEET_NOTIFY_QUIET_MS: milliseconds(0).default(900_000),
    /** First wait after a transient failure of the mail server, milliseconds; doubled each time, up to 30 minutes. */
    MAILFLEET_NOTIFY_RETRY_MS: milliseconds(100).default(60_000),
    /** Private networks that HTTP may go to, as CIDRs; none unless named. */
    MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
  },
  start: async (context) => {
    const { environment, logger, failPoint } = context;
    const [opener, sealer] = await Promise.all([
      loadOpener(environment.notifyOpenKeys, logger),
      // The public halves lie in the same file.
      loadSealer(environment.notifyOpenKeys),
    ]);
    const fetch = createGuardedFetch({ privateNetworks: readPrivateNetworks(environment.allowedPrivateNetworks) });
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
        isOutage,
      }),
    ]);
    natsState = () => bus.health();
    mongoState = () => store.health();
    // Nobody signs in here: tokens belong to an application or a service account.
    const noGrants = () => Promise.reject(new Error("the notification mail server has no grants"));
    const tokens = createTokens({
      fetch,
      open: opener.open,
      seal: sealer.seal,
      grants: { beginRefresh: noGrants, endRefresh: noGrants },
      now: context.now,
      owner: context.name,
      logger,
    });
    const openChannel = createMailServer({
      connectors: {
        smtp: async () => (await import("@mailfleet/connector-smtp")).smtpConnector(),
        graph: async () => (await import("@mailfleet/connector-graph")).graphOutbound({ fetch }),
        gmail: async () => (await import("@mailfleet/connector-gmail")).gmailOutbound({ fetch }),
      },
      openSecret: opener.open,
      tokens,
      allowedPorts: allowedPortsOf(bus),
    });
    const alerting = await startAlerting(
      {
        ...context,
        bus,
        isOutage,
        alerts: await createAlertRepository(store),
        notices: createNoticeRepository(store),
        deadLetters: await createDeadLetterRepository(store),
        settings: createNotificationSettingsRepository(store),
        openChannel,
      },
      {
        quietMs: environment.notifyQuietMs,
        retryMs: environment.notifyRetryMs,
        noticesEveryMs: 2000,
        leftoversEveryMs: 5000,
        streamsEveryMs: 60_000,
        secretEveryMs: 600_000,
      },
    );
    return {
      stop: async () => {
        await alerting.stop();
        await bus.stop();
        await Promise.all([store.close(), fetch.close()]);
      },
    };
  },
});
