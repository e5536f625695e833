import { connectBus } from "@mailfleet/bus";
import { createConnectors } from "@mailfleet/connectors";
import { lengthsOf } from "@mailfleet/contracts";
import { createGuardedFetch, readPrivateNetworks, readProxy } from "@mailfleet/http";
import { createLeases, runService, startRenewals } from "@mailfleet/kit";
import { createTokens } from "@mailfleet/oauth";
import { loadOpener, loadSealer } from "@mailfleet/secrets";
import { connectStore, createLeaseStore, isOutage, openDocuments } from "@mailfleet/store";
import { createClearMarkStore } from "./alert/store.ts";
import { createAuditStore } from "./audit/store.ts";
import { collections } from "./collections.ts";
import { createTraceStore } from "./erase/traces.ts";
import { createMemberStore } from "./incident/store.ts";
import { createMetrics } from "./metrics.ts";
import { destinationsOf } from "./notice/destinations.ts";
import { createMailServer } from "./notice/mail-server.ts";
import { createMailServerStore, createNoticeStore } from "./notice/store.ts";
import { alerting } from "./service.ts";
import { createDeliveryStore, createPlaceStore } from "./subscription/store.ts";

runService(alerting, async ({ name, environment, logger, metrics, failPoint, addReadiness, now }) => {
  const { natsUrl, natsNkeyFile, mongoUrl, mongoDb, notifyOpenKeys, allowedPrivateNetworks } = environment;
  // The same file holds the public keys.
  const [opener, sealer] = await Promise.all([loadOpener(notifyOpenKeys, logger), loadSealer(notifyOpenKeys)]);
  const networks = readPrivateNetworks(allowedPrivateNetworks);
  const fetch = createGuardedFetch({ privateNetworks: networks, proxy: await readProxy(environment) });
  const [store, bus] = await Promise.all([
    connectStore({ url: mongoUrl, database: mongoDb, appName: name, logger, addReadiness }),
    connectBus({ url: natsUrl, nkeyFile: natsNkeyFile, name, logger, failPoint, isOutage, addReadiness }),
  ]);
  // Nobody signs in here: tokens belong to an application or a service account.
  const noGrants = () => Promise.reject(new Error("the notification mail server has no grants"));
  const grants = { beginRefresh: noGrants, endRefresh: noGrants };
  const renewals = startRenewals({ logger, isOutage, lengths: lengthsOf(environment.leaseMs), registry: metrics });
  const notices = createNoticeStore(store);
  const destinations = destinationsOf(bus, networks);
  return {
    bus,
    store,
    ports: {
      openDocuments: (collection, unlisted) => openDocuments(store, collection, unlisted),
      marks: createClearMarkStore(store),
      members: createMemberStore(store),
      traces: createTraceStore(store),
      audit: createAuditStore(store),
      notices,
      mailServer: createMailServerStore(store),
      openChannel: createMailServer({
        connectors: createConnectors({ fetch }).outbound,
        openSecret: opener.open,
        tokens: createTokens({
          ...{ fetch, open: opener.open, seal: sealer.seal, grants, now, owner: name, logger },
          certificateRead({ secret, certificate }) {
            const kept = bus.request("alerting.notification-settings.keep-certificate", { secret, certificate });
            kept.catch((err: unknown) => logger.info({ err }, "the end of a certificate was not told"));
          },
        }),
        destinations,
      }),
      places: createPlaceStore(store),
      placeLeases: createLeases(createLeaseStore(store, collections.places.name), {
        ...{ owner: crypto.randomUUID(), renewals, name: "the lease on a webhook" },
      }),
      deliveries: createDeliveryStore(store),
      webhookFetch: fetch,
      openSecret: opener.open,
      destinations,
      consoleUrl: environment.consoleUrl,
      deadMs: environment.webhookDeadMs,
      firstWaitMs: environment.webhookRetryMs,
      metrics: createMetrics(metrics, notices),
      isOutage,
      quietMs: environment.notifyQuietMs,
      gatherMs: environment.notifyGatherMs,
      retryMs: environment.notifyRetryMs,
    },
    close: async () => {
      renewals.stop();
      await Promise.all([store.close(), fetch.close()]);
    },
  };
});
