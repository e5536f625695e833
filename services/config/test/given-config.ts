import { type Bus, connectBus, type Incoming } from "@mailfleet/bus";
import { makeStreams } from "@mailfleet/bus/topology";
import {
  consumers,
  type FailPoint,
  type Logger,
  type Mailbox,
  type MessageType,
  noFailPoint,
  type OutgoingMessage,
  type RequestInput,
  type SealedCredentials,
  sealedFor,
  subjects,
} from "@mailfleet/contracts";
import {
  createLeases,
  type HoldLengths,
  Registry,
  startRenewals,
  startService,
  type Times,
  wantedBy,
} from "@mailfleet/kit";
import { startMongo, startNats } from "@mailfleet/local/testing";
import { connectStore, createLeaseStore, isOutage, makeCollections, openDocuments } from "@mailfleet/store";
import { collections } from "../collections.ts";
import { createConsentStore } from "../consent/store.ts";
import { erasureCollection } from "../erasure/body.ts";
import { createTraceStore } from "../erasure/traces.ts";
import { createGrantStore } from "../grant/store.ts";
import { jobCollection } from "../job/body.ts";
import { createLineStore } from "../job/line-store.ts";
import { createJobStore } from "../job/store.ts";
import { createMetrics } from "../mailbox/metrics.ts";
import { createMailboxStore } from "../mailbox/store.ts";
import { createProofStore } from "../proof/store.ts";
import { config } from "../service.ts";

/** Keeps what was logged, to look at it. */
export function listeningLogger(lines: { level: string; message: string; context: object }[] = []) {
  const at = (level: string) => (context: object, message: string) => void lines.push({ level, message, context });
  const logger: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => logger,
  };
  return { logger, lines };
}

/** Ticks that come at once, for tests that wait for them. */
export const quick: Times = {
  everyMs: {
    relay: 50,
    "spread-profiles": 100,
    "spread-rhythm": 100,
    timers: 100,
    jobs: 100,
    grants: 100,
    consents: 100,
    secrets: 100,
  },
  relayAgeMs: 300,
};
/** Ticks that come once at the start and then not while a test looks. */
export const still: Times = {
  everyMs: { relay: 600_000, "spread-profiles": 600_000, "spread-rhythm": 600_000, timers: 600_000, jobs: 600_000 },
  relayAgeMs: 600_000,
};

/** Real engines, any number of replicas of `config`, and a bus that plays everybody else. */
export async function givenConfig(options: { ownMongo?: boolean } = {}) {
  const [nats, mongo] = await Promise.all([startNats(), startMongo({ own: options.ownMongo })]);
  const endings: (() => Promise<unknown>)[] = [];
  const { logger, lines } = listeningLogger();
  const bus: Bus = await connectBus({ url: nats.url, name: "everybody-else", logger, isOutage: () => false });
  const { inboundTests, inboundRuns, outboundTests, outboundRuns, actTests, actRuns } = consumers;
  const workers = [inboundTests, inboundRuns, outboundTests, outboundRuns, actTests, actRuns];
  await makeStreams(nats);
  const connect = (url: string) => connectStore({ url, database: mongo.dbName, appName: "config-test", logger });
  const topology = await connect(mongo.urlOf("topology"));
  await makeCollections(topology, wantedBy(config).collections);
  await topology.close();
  /** What workers and scheduler were asked for. They only write it down: a test says what comes back. */
  const asked: Incoming<"run.requested.v1" | "timer.set.v1" | "timer.clear.v1">[] = [];
  for (const consumer of [...workers, consumers.schedulerTimers])
    await bus.consume(consumer, {
      types: ["run.requested.v1", "timer.set.v1", "timer.clear.v1"],
      concurrency: 50,
      handle: async (message) => void asked.push(message),
    });

  async function replica(
    options: {
      failPoint?: FailPoint;
      times?: Times;
      lengths?: HoldLengths;
      now?: () => number;
      onPublish?: (message: OutgoingMessage) => void;
    } = {},
  ) {
    const store = await connect(mongo.urlOf("config"));
    const own = await connectBus({ ...nats.signIn("config"), name: "config", logger, isOutage });
    const registry = new Registry();
    const renewals = startRenewals({ logger, isOutage, ...(options.lengths && { lengths: options.lengths }) });
    const service = await startService(
      config,
      {
        mailboxes: createMailboxStore(store),
        proofs: createProofStore(store),
        jobs: createJobStore(store),
        jobLines: createLineStore(store),
        jobLeases: createLeases(createLeaseStore(store, jobCollection), {
          ...{ owner: crypto.randomUUID(), renewals, name: "the lease on a job" },
        }),
        erasureLeases: createLeases(createLeaseStore(store, erasureCollection), {
          ...{ owner: crypto.randomUUID(), renewals, name: "the lease on an erasure" },
        }),
        traces: createTraceStore(store),
        eraseSettleMs: 0,
        consents: createConsentStore(store),
        grants: createGrantStore(store),
        grantLeases: createLeaseStore(store, collections.grants.name, { onlyExisting: true }),
        openDocuments: (collection, unlisted) => openDocuments(store, collection, unlisted),
        consoleUrl: "https://console.example.org",
        bus: {
          ...own,
          publish(message) {
            options.onPublish?.(message);
            return own.publish(message);
          },
        },
        logger,
        registry,
        metrics: createMetrics(registry),
        failPoint: options.failPoint ?? noFailPoint,
        isOutage,
        now: options.now ?? Date.now,
      },
      options.times ?? quick,
    );
    let stopped = false;
    const stop = async () => {
      if (stopped) return;
      stopped = true;
      await service.stop();
      renewals.stop();
      await own.stop();
      await store.close();
    };
    endings.push(stop);
    return { ports: service.ports, renewals, stop };
  }

  /** Everything published on these subjects from now on. */
  async function listen(...filters: string[]) {
    const seen: Incoming[] = [];
    const following = await bus.follow({ filters, deliver: "new" }, (message) => void seen.push(message));
    endings.push(() => following.stop());
    return {
      seen,
      of: <Type extends MessageType>(type: Type) =>
        seen.filter((message) => message.type === type) as unknown as Incoming<Type>[],
    };
  }

  /** A consent is so much older than it is, and otherwise as named. */
  async function ages(mailboxId: string, ms: number, change: { ownership?: number } = {}) {
    const store = await connect(mongo.url);
    const grants = createGrantStore(store);
    const grant = await grants.load(mailboxId);
    if (grant) await grants.put({ ...grant, grantedAt: grant.grantedAt - ms, ...change });
    await store.close();
  }

  return {
    ages,
    bus,
    nats,
    mongo,
    lines,
    /** Messages of this type that workers and scheduler were sent about a mailbox. */
    asked: <Type extends "run.requested.v1" | "timer.set.v1" | "timer.clear.v1">(type: Type, mailboxId: string) =>
      asked.filter(
        (message) => message.type === type && message.mailboxId === mailboxId,
      ) as unknown as Incoming<Type>[],
    replica,
    listen,
    async stop() {
      for (const end of endings.reverse()) await end();
      await bus.stop();
      await Promise.all([nats.stop(), mongo.stop()]);
    },
  };
}

let counter = 0;
/** A number that no other test of this process uses. */
export const fresh = () => (++counter).toString(36).padStart(4, "0");
export const command = () => ({ commandId: `c-${fresh()}`, by: "ada" });

export const profileInput = (change: object = {}): RequestInput<"config.profile.create"> => {
  const profileId = `pf_${fresh()}`;
  return {
    ...command(),
    id: profileId,
    new: {
      name: `Profile ${profileId}`,
      inbound: { protocol: "imap", host: "imap.example.org", port: 993, security: "tls" },
      outbound: { protocol: "smtp", host: "smtp.example.org", port: 587, security: "starttls" },
      ...change,
    },
  };
};

export const mailboxInput = (profileId: string, change: object = {}): RequestInput<"config.mailbox.create"> => {
  const mailboxId = `mb_${fresh()}`;
  return { ...command(), id: mailboxId, new: { address: `${mailboxId}@example.org`, profileId, ...change } };
};

/** Where the passwords of `profileInput` go. */
export const destinations = { inbound: "imap imap.example.org:993", outbound: "smtp smtp.example.org:587" } as const;

/** Credentials of a mailbox that look sealed for the servers of `profileInput`. */
export const sealedForMailbox = (mailboxId: string, to: Record<keyof typeof destinations, string> = destinations) => {
  const of = (direction: keyof typeof destinations) =>
    sealedCredentials(sealedFor(mailboxId, "mailbox-password", to[direction])).password;
  return { username: "sales", passwords: { inbound: of("inbound"), outbound: of("outbound") } };
};

/** Credentials that look sealed for this additional data; nobody opens them here. */
export const sealedCredentials = (aad: string, username = "sales"): SealedCredentials => ({
  username,
  password: {
    protected: "e30",
    encrypted_key: "a2V5",
    iv: "aXY",
    ciphertext: Buffer.from(`${aad}/${fresh()}`).toString("base64url"),
    tag: "dGFn",
    aad: Buffer.from(aad).toString("base64url"),
  },
});

/** A run's result as a worker publishes it. */
export function runResult(
  mailbox: Mailbox,
  direction: "inbound" | "outbound",
  outcome:
    | "ok"
    | {
        code: "CONNECTION_REFUSED" | "AUTHENTICATION_REJECTED" | "CONSENT_MISSING";
        kind: "transient" | "auth" | "consent";
        evidence?: { reply: string };
      },
  purpose: "test" | "sync" | "probe" = "test",
): OutgoingMessage {
  const at = Date.now();
  const { generation } = mailbox.directions[direction];
  const steps = [
    { step: "connect" as const, outcome: outcome === "ok" ? ("ok" as const) : ("failed" as const), ms: 3 },
  ];
  const common = { mailboxId: mailbox.id, direction, purpose, generation, at, steps };
  return {
    id: `${mailbox.id}:${direction}:${purpose}:${generation}:${fresh()}`,
    subject: subjects.mailboxEvent(mailbox.id),
    type: outcome === "ok" ? "mailbox.run-succeeded.v1" : "mailbox.run-failed.v1",
    mailboxId: mailbox.id,
    generation,
    at,
    body: outcome === "ok" ? common : { ...common, failure: outcome },
  };
}
