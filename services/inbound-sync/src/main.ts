import { BusOutage, connectBus } from "@mailfleet/bus";
import { consumers, streams } from "@mailfleet/contracts";
import { createGuardedFetch, readPrivateNetworks } from "@mailfleet/http";
import { runProcess } from "@mailfleet/kit";
import { parseBody } from "@mailfleet/mime";
import { createTokens } from "@mailfleet/oauth";
import { loadOpener, loadProbeCodes, loadSealer } from "@mailfleet/secrets";
import {
  connectStore,
  createHandledRepository,
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

runProcess({
  name: "inbound-sync",
  environment: {
    /** File with the private keys that open mailbox credentials. */
    MAILFLEET_OPEN_KEYS: z.string(),
    /** Private networks that HTTP may go to, as CIDRs; none unless named. */
    MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
  },
  async start({ name, environment, logger, metrics, failPoint, addReadiness, now }) {
    const isOutage = (error: unknown) => isStoreOutage(error) || error instanceof BusOutage;
    const [opener, sealer, probes] = await Promise.all([
      loadOpener(environment.openKeys, logger),
      // The public halves lie in the same file.
      loadSealer(environment.openKeys),
      loadProbeCodes(environment.openKeys),
    ]);
    const fetch = createGuardedFetch({ privateNetworks: readPrivateNetworks(environment.allowedPrivateNetworks) });
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
    const [syncs, messages, handled, slots] = await Promise.all([
      createSyncRepository(store),
      createMessageRepository(store),
      createHandledRepository(store),
      createSlotRepository(store),
    ]);
    const owner = crypto.randomUUID();
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
    const app = await startInbound({
      bus,
      syncs,
      messages,
      handled,
      slots,
      opener,
      seal: sealer.seal,
      isOurProbe: probes.isOurs,
      tokens,
      connectors: {
        imap: async () => (await import("@mailfleet/connector-imap")).imapConnector,
        pop3: async () => (await import("@mailfleet/connector-pop3")).pop3Connector,
        gmail: async () => (await import("@mailfleet/connector-gmail")).gmailInbound({ fetch }),
      },
      parseBody,
      isOutage,
      logger,
      metrics: createMetrics(metrics),
      failPoint,
      now,
      owner,
    });
    return {
      stop: async () => {
        await app.stop();
        await bus.stop();
        await Promise.all([store.close(), fetch.close()]);
      },
    };
  },
});
