import { connectBus } from "@mailfleet/bus";
import { smtpConnector } from "@mailfleet/connector-smtp";
import { type Logger, Secret } from "@mailfleet/contracts";
import { createFailPoint, createLeases, type HoldLengths, Registry, startRenewals } from "@mailfleet/kit";
import { connectStore, createLeaseStore, createSlotRepository, isOutage } from "@mailfleet/store";
import { createActivityStore } from "../src/activity/store.ts";
import { startOutboundSend } from "../src/app.ts";
import { createMetrics } from "../src/metrics.ts";
import { defaultPolicy, type OutboundPolicy } from "../src/ports.ts";
import { createJournalStore, type JournalDocument } from "../src/send/journal-store.ts";
import { createSendStore } from "../src/send/store.ts";
import { createUploadStore } from "../src/upload/store.ts";

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const loud: Logger = {
  debug: (context, message) => console.error(process.pid, "debug", message, context),
  info: (context, message) => console.error(process.pid, "info", message, context),
  warn: (context, message) => console.error(process.pid, "warn", message, context),
  error: (context, message) => console.error(process.pid, "error", message, context),
  child: () => loud,
};

/** Where the engines of a test are. */
export interface Engines {
  readonly natsUrl: string;
  readonly mongoUrl: string;
  readonly database: string;
}

/** How an instance differs from the default. All of it can be passed to another process. */
export interface InstanceOptions {
  readonly policy?: Partial<OutboundPolicy>;
  /** `name:nth`: the process kills itself there. */
  readonly failPoints?: readonly string[];
  readonly lengths?: HoldLengths;
}

/** One running instance of the service. */
export interface Instance {
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

const short: HoldLengths = { holdMs: 1200, renewEveryMs: 200, marginMs: 200 };
let number = 0;

/** The service on real engines, with a stand-in for secrets. */
export async function startInstance(engines: Engines, options: InstanceOptions): Promise<Instance> {
  const logger = process.env.LOUD ? loud : silent;
  const policy = { ...defaultPolicy, sweepMs: 100, dueLookMs: 500, outboxLookMs: 400, ...options.policy };
  const store = await connectStore({ url: engines.mongoUrl, database: engines.database, appName: "test", logger });
  const bus = await connectBus({ url: engines.natsUrl, name: "outbound", logger, isOutage });
  const abort = new AbortController();
  const owner = `app${++number}-${process.pid}-${Date.now()}`;
  const renewals = startRenewals({ logger, isOutage, lengths: options.lengths ?? short });
  const app = await startOutboundSend({
    bus,
    owner,
    sends: await createSendStore(store, owner),
    journals: await createJournalStore(store),
    leases: createLeases(createLeaseStore<JournalDocument>(store, "sendJournals"), {
      owner,
      renewals,
      name: "journal",
    }),
    uploads: await createUploadStore(store),
    activity: createActivityStore(store),
    slots: await createSlotRepository(store, "outboundSlots"),
    connectors: { smtp: async () => smtpConnector({ commandMs: 2000, finalMs: 60_000 }) },
    tokens: {
      credentials: () => {
        throw new Error("these tests sign in with passwords");
      },
    },
    openSecret: async () => new Secret("password"),
    signProbe: () => "code",
    isOutage,
    logger,
    metrics: createMetrics(new Registry()),
    failPoint: createFailPoint(options.failPoints, logger),
    signal: abort.signal,
    now: Date.now,
    policy,
  });
  let stopping: Promise<void> | null = null;
  return {
    sweep: () => app.sweep(),
    stop: () => {
      stopping ??= (async () => {
        abort.abort();
        await app.stop();
        renewals.stop();
        await bus.stop();
        await store.close();
      })();
      return stopping;
    },
  };
}
