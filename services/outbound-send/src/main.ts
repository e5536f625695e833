import { randomUUID } from "node:crypto";
import { connectBus } from "@mailfleet/bus";
import { createGuardedFetch, readPrivateNetworks } from "@mailfleet/http";
import { createLeases, runProcess, startRenewals } from "@mailfleet/kit";
import { createTokens } from "@mailfleet/oauth";
import { loadOpener, loadProbeCodes, loadSealer } from "@mailfleet/secrets";
import { connectStore, createLeaseStore, createSlotRepository, isOutage } from "@mailfleet/store";
import { z } from "zod";
import { createActivityStore } from "./activity/store.ts";
import { startOutboundSend } from "./app.ts";
import { createMetrics } from "./metrics.ts";
import { defaultPolicy } from "./ports.ts";
import { createJournalStore, type JournalDocument } from "./send/journal-store.ts";
import { createSendStore } from "./send/store.ts";
import { createUploadStore } from "./upload/store.ts";

runProcess({
  name: "outbound-send",
  environment: {
    MAILFLEET_OPEN_KEYS: z.string().min(1),
    /** Private networks that HTTP may go to, as CIDRs; none unless named. */
    MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
  },
  start: async ({ environment, logger, metrics, failPoint, signal, addReadiness, now }) => {
    const { natsUrl, mongoUrl, mongoDb, openKeys, streamReplicas, allowedPrivateNetworks } = environment;
    // The public halves are in the same file.
    const [opener, sealer, probes] = await Promise.all([
      loadOpener(openKeys),
      loadSealer(openKeys),
      loadProbeCodes(openKeys),
    ]);
    const fetch = createGuardedFetch({ privateNetworks: readPrivateNetworks(allowedPrivateNetworks) });
    const store = await connectStore({ url: mongoUrl, database: mongoDb, appName: "outbound-send", logger });
    const bus = await connectBus({ url: natsUrl, name: "outbound-send", streamReplicas, logger, failPoint, isOutage });
    addReadiness("mongodb", () => store.health());
    addReadiness("nats", () => bus.health());
    const owner = randomUUID().slice(0, 13);
    const tokens = createTokens({
      fetch,
      open: opener.open,
      seal: sealer.seal,
      grants: {
        beginRefresh: (input) => bus.request("config.grant.begin-refresh", input),
        endRefresh: (input) => bus.request("config.grant.end-refresh", input),
      },
      now,
      owner,
      logger,
    });
    const renewals = startRenewals({ logger, isOutage });
    const app = await startOutboundSend({
      bus,
      owner,
      sends: await createSendStore(store, owner),
      journals: await createJournalStore(store),
      leases: createLeases(createLeaseStore<JournalDocument>(store, "sendJournals"), {
        owner,
        renewals,
        name: "a journal of sends",
      }),
      uploads: await createUploadStore(store),
      activity: createActivityStore(store),
      slots: await createSlotRepository(store, "outboundSlots"),
      connectors: {
        smtp: async () => (await import("@mailfleet/connector-smtp")).smtpConnector(),
        gmail: async () => (await import("@mailfleet/connector-gmail")).gmailOutbound({ fetch }),
      },
      tokens,
      openSecret: (sealed, aad) => opener.open(sealed, aad),
      signProbe: probes.sign,
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
        renewals.stop();
        await bus.stop();
        await Promise.all([store.close(), fetch.close()]);
      },
    };
  },
});
