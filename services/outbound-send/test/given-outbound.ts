import { type Bus, connectBus } from "@mailfleet/bus";
import { smtpConnector } from "@mailfleet/connector-smtp";
import {
  type Connection,
  consumers,
  type DirectionState,
  type FailPoint,
  type FailPointName,
  type Logger,
  type MessageBody,
  noFailPoint,
  ProblemError,
  Secret,
  streams,
  subjects,
} from "@mailfleet/contracts";
import { Registry } from "@mailfleet/kit";
import { startMongo, startNats } from "@mailfleet/local/testing";
import {
  connectStore,
  createOutboundActivityRepository,
  createSendRepository,
  createSlotRepository,
  createUploadRepository,
  isOutage,
} from "@mailfleet/store";
import { type OutboundSend, startOutboundSend } from "../src/app.ts";
import { createMetrics } from "../src/metrics.ts";
import { defaultPolicy, type OutboundPolicy } from "../src/ports.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A mailbox as the stand-in for `config` answers it. */
export interface GivenMailbox {
  id: string;
  port: number;
  state: DirectionState;
  generation: number;
  allowed: boolean;
  uncertainPolicy: "hold" | "resend";
  retryMs: number;
  sendExpiryMs: number;
  maximumConcurrentConnections: number;
  holder: string;
}

export interface Seen {
  readonly type: string;
  readonly body: Record<string, unknown>;
}

/** Real NATS and MongoDB, a stand-in for `config` and one for the scheduler, and instances of the service. */
export async function givenOutbound() {
  const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
  const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger: silent });
  const around = await connectBus({ url: nats.url, name: "around", logger: silent, isOutage: () => false });
  await around.declare(
    [streams.MAILBOX, streams.RUNS, streams.SENDS, streams.TIMERS, streams.FACTS, streams.DEAD],
    [consumers.configEvents, consumers.schedulerTimers],
  );
  const mailboxes = new Map<string, GivenMailbox>();
  const reports: Seen[] = [];
  const facts: Seen[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const asked = { connections: 0 };
  await around.respond({
    "config.connection.get": async ({ mailboxId }) => {
      asked.connections += 1;
      const mailbox = mailboxes.get(mailboxId);
      if (!mailbox) throw new ProblemError("NOT_FOUND", "no such mailbox");
      return connectionOf(mailbox);
    },
  });
  await around.consume(consumers.configEvents, {
    types: ["mailbox.run-failed.v1", "mailbox.run-succeeded.v1"],
    concurrency: 1,
    handle: async ({ type, body }) => {
      reports.push({ type, body });
      // The machine in two lines: an accepted failure raises the generation and leads to retrying.
      const mailbox = mailboxes.get(body.mailboxId);
      if (!mailbox || mailbox.generation !== body.generation || body.purpose === "test") return;
      if (type === "mailbox.run-failed.v1") {
        mailbox.generation += 1;
        mailbox.state = "enabled.retrying";
      } else {
        mailbox.state = "enabled.running";
        await announce(mailbox);
      }
    },
  });
  await around.consume(consumers.schedulerTimers, {
    types: ["timer.set.v1", "timer.clear.v1"],
    concurrency: 10,
    handle: async (message) => {
      if (message.type !== "timer.set.v1") return;
      const { due, deliver, owner, name, seq } = message.body;
      const fire = setTimeout(
        () => {
          timers.delete(fire);
          const id = `${owner}/${name}:${seq}:${due}`;
          void around.publish({ ...deliver, id, at: Date.now() }).catch(() => {});
        },
        Math.max(0, due - Date.now()),
      );
      timers.add(fire);
    },
  });
  await around.follow({ filters: ["fact.mail.*.*", "fact.run.*.*"] }, ({ type, body }) => {
    facts.push({ type, body: body as Record<string, unknown> });
  });

  let v = 0;
  const announce = async (mailbox: GivenMailbox) => {
    v += 1;
    const idle = { state: "idle" as const, generation: 0, attempt: 0, verdict: "NotRun" as const };
    const body: MessageBody<"mailbox.transitioned.v1"> = {
      mailboxId: mailbox.id,
      v,
      at: Date.now(),
      address: `${mailbox.id}@example.org`,
      profileId: "pf_test",
      event: "test",
      lifecycle: { from: "testing", to: "enabled.running" },
      directions: {
        inbound: idle,
        outbound: { ...idle, state: mailbox.state, generation: mailbox.generation },
        act: idle,
      },
    };
    await around.publish({
      id: `${mailbox.id}:${v}`,
      subject: subjects.mailboxFact(mailbox.id, "transitioned"),
      type: "mailbox.transitioned.v1",
      mailboxId: mailbox.id,
      at: Date.now(),
      body,
    });
  };

  const apps: { app: OutboundSend; bus: Bus; abort: AbortController }[] = [];
  let number = 0;
  return {
    around,
    store,
    mailboxes,
    reports,
    facts,
    asked,
    announce,
    mailbox(port: number, more: Partial<GivenMailbox> = {}): GivenMailbox {
      const id = `mb_test${++number}`;
      const mailbox: GivenMailbox = {
        id,
        port,
        state: "enabled.running",
        generation: 1,
        allowed: true,
        uncertainPolicy: "hold",
        retryMs: 200,
        sendExpiryMs: 3_600_000,
        maximumConcurrentConnections: 4,
        holder: id,
        ...more,
      };
      mailboxes.set(id, mailbox);
      return mailbox;
    },
    /** One instance of the service. */
    async start(options: { policy?: Partial<OutboundPolicy>; failPoint?: FailPoint; name?: string } = {}) {
      const policy = { ...defaultPolicy, sweepMs: 100, acceptedLookMs: 500, outboxLookMs: 400, ...options.policy };
      const bus = await connectBus({ url: nats.url, name: "outbound", logger: silent, isOutage });
      const abort = new AbortController();
      const owner = options.name ?? `app${apps.length}-${Date.now()}`;
      const app = await startOutboundSend({
        bus,
        sends: await createSendRepository(store, { owner, leaseMs: policy.leaseMs }),
        uploads: await createUploadRepository(store),
        activity: createOutboundActivityRepository(store),
        slots: await createSlotRepository(store, "outboundSlots"),
        connectors: { smtp: async () => smtpConnector({ commandMs: 2000, finalMs: 2000 }) },
        tokens: noTokens,
        openSecret: async () => new Secret("password"),
        signProbe: () => "code",
        isOutage,
        logger: process.env.LOUD ? loud : silent,
        metrics: createMetrics(new Registry()),
        failPoint: options.failPoint ?? noFailPoint,
        signal: abort.signal,
        now: Date.now,
        policy,
      });
      const running = {
        app,
        bus,
        abort,
        stop: async () => {
          apps.splice(apps.indexOf(running), 1);
          abort.abort();
          await app.stop();
          await bus.stop();
        },
      };
      apps.push(running);
      return running;
    },
    submit: (mailbox: GivenMailbox, key: string, more: { to?: string[]; subject?: string; sendId?: string } = {}) =>
      around.request(
        "outbound-send.send.submit",
        {
          mailboxId: mailbox.id,
          sendId: more.sendId ?? `sn_${Math.random().toString(36).slice(2, 12)}0000`,
          by: "test",
          idempotencyKey: key,
          content: { to: more.to ?? ["b@example.org"], subject: more.subject ?? "hello", text: "hello" },
        },
        { timeoutMs: 10_000 },
      ),
    get: (sendId: string) => around.request("outbound-send.send.get", { sendId }),
    async stop() {
      for (const each of [...apps]) {
        each.abort.abort();
        await each.app.stop();
        await each.bus.stop();
      }
      for (const timer of timers) clearTimeout(timer);
      await around.stop();
      await store.close();
      await Promise.all([nats.stop(), mongo.stop()]);
    },
  };
}

const loud: Logger = {
  debug: (context, message) => console.error("debug", message, context),
  info: (context, message) => console.error("info", message, context),
  warn: (context, message) => console.error("warn", message, context),
  error: (context, message) => console.error("error", message, context),
  child: () => loud,
};

/** A fail point that throws once, at its first hit: what comes behind it in the handler does not happen. */
export function crashOnce(name: FailPointName): FailPoint & { hits: number } {
  const point = (reached: FailPointName) => {
    if (reached !== name || point.hits > 0) return;
    point.hits += 1;
    throw new Error(`crashed at ${name}`);
  };
  point.hits = 0;
  return point;
}

const noTokens = {
  credentials: () => {
    throw new Error("these tests sign in with passwords");
  },
};

function connectionOf(mailbox: GivenMailbox): Connection {
  return {
    mailboxId: mailbox.id,
    address: `${mailbox.id}@example.org`,
    direction: "outbound",
    allowed: mailbox.allowed,
    state: mailbox.state,
    generation: mailbox.generation,
    profileId: "pf_test",
    server: { protocol: "smtp", host: "127.0.0.1", port: mailbox.port, security: "none" },
    credentials: {
      type: "password",
      holder: mailbox.holder,
      username: mailbox.holder,
      password: { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: mailbox.holder, aad: "" },
      purpose: "mailbox-password",
    },
    allowedPorts: null,
    deleteAfterProcessing: false,
    maximumConcurrentConnections: mailbox.maximumConcurrentConnections,
    connectionTimeoutMs: 10_000,
    processFrom: null,
    pollMs: 300_000,
    retryMs: mailbox.retryMs,
    uncertainPolicy: mailbox.uncertainPolicy,
    sendExpiryMs: mailbox.sendExpiryMs,
    messageRetentionDays: 30,
  };
}
