import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Bus, connectBus } from "@mailfleet/bus";
import { smtpConnector } from "@mailfleet/connector-smtp";
import {
  type FailPoint,
  type Logger,
  type MessageBody,
  type MessageType,
  noFailPoint,
  Secret,
  sealedFor,
  subjects,
} from "@mailfleet/contracts";
import { freePort, startMongo, startNats, tempDir } from "@mailfleet/local/testing";
import { generateKeyFiles, loadOpener, loadSealer } from "@mailfleet/secrets";
import { Registry } from "@mailfleet/service";
import {
  connectStore,
  createAlertRepository,
  createDeadLetterRepository,
  createNoticeRepository,
  createNotificationSettingsRepository,
  isOutage,
} from "@mailfleet/store";
import { SMTPServer } from "smtp-server";
import { startAlerting } from "../src/app.ts";
import { createMailServer } from "../src/mail-server.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const user = "notifier";
const password = "rel4y-pässword";

/** A mail as the relay got it. */
export interface Received {
  readonly to: string[];
  readonly raw: string;
}

/** A relay that asks for user name and password and keeps what it gets. */
export async function startRelay(port: number) {
  const mails: Received[] = [];
  let refusing: string | null = null;
  const server = new SMTPServer({
    authMethods: ["PLAIN", "LOGIN"],
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    onAuth: (auth, _session, done) =>
      auth.username === user && auth.password === password ? done(null, { user }) : done(new Error("wrong password")),
    onRcptTo: (_address, _session, done) =>
      done(refusing ? Object.assign(new Error(refusing), { responseCode: 451 }) : null),
    onData: (stream, session, done) => {
      let raw = "";
      stream.on("data", (chunk: Buffer) => {
        raw += chunk.toString("utf8");
      });
      stream.on("end", () => {
        mails.push({ to: session.envelope.rcptTo.map((recipient) => recipient.address), raw });
        done();
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    mails,
    subjects: () => mails.map((mail) => unfolded(mail.raw)),
    refuse: (reason: string | null) => {
      refusing = reason;
    },
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

function unfolded(raw: string): string {
  return /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1]?.replace(/\r\n[ \t]/g, " ") ?? "";
}

/** Engines, keys, and as many replicas as a test wants, each with connections of its own. */
export async function givenAlerting() {
  const [nats, mongo, directory] = await Promise.all([startNats(), startMongo(), tempDir("alerting")]);
  const keys = await generateKeyFiles(join(directory.path, "keys"));
  const ending: (() => Promise<void>)[] = [];
  const outside = await connectBus({ url: nats.url, name: "test", logger: quiet });
  let messages = 0;

  const mailServer = async () => {
    const opener = await loadOpener(keys.notifyOpenKeys);
    return createMailServer({
      connectors: {
        smtp: async () => smtpConnector({ commandMs: 2000, finalMs: 2000 }),
        graph: async () => {
          throw new Error("later");
        },
        gmail: async () => {
          throw new Error("later");
        },
      },
      openSecret: opener.open,
      tokens: {
        credentials: () => {
          throw new Error("later");
        },
      },
      allowedPorts: async () => null,
    });
  };

  const startReplica = async (
    overrides: {
      failPoint?: FailPoint;
      streamUsage?: Bus["streamUsage"];
      /** Told after a message was handled without an error. */
      onHandled?: (messageId: string) => void;
      streamsEveryMs?: number;
    } = {},
  ) => {
    const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "alerting", logger: quiet });
    const bus = await connectBus({ url: nats.url, name: "alerting", logger: quiet });
    const stopping = new AbortController();
    const alerts = await createAlertRepository(store);
    const metrics = new Registry();
    const app = await startAlerting(
      {
        bus: {
          ...bus,
          streamUsage: overrides.streamUsage ?? bus.streamUsage,
          consume: (definition, options) =>
            bus.consume(definition, {
              ...options,
              handle: async (message, signal) => {
                await options.handle(message, signal);
                overrides.onHandled?.(message.id);
              },
            }),
        },
        alerts,
        notices: createNoticeRepository(store),
        deadLetters: await createDeadLetterRepository(store),
        settings: createNotificationSettingsRepository(store),
        openChannel: await mailServer(),
        isOutage,
        logger: quiet,
        metrics,
        failPoint: overrides.failPoint ?? noFailPoint,
        signal: stopping.signal,
        now: Date.now,
      },
      {
        quietMs: 60_000,
        retryMs: 100,
        noticesEveryMs: 50,
        leftoversEveryMs: 200,
        streamsEveryMs: overrides.streamsEveryMs ?? 60_000,
        secretEveryMs: 100,
      },
    );
    const stop = async () => {
      stopping.abort();
      await app.stop();
      await bus.stop();
      await store.close();
    };
    ending.push(stop);
    return { metrics, alerts, db: store.db };
  };

  const say = async <Type extends MessageType>(subject: string, type: Type, body: MessageBody<Type>, id?: string) => {
    await outside.publish({ id: id ?? `t${++messages}`, subject, type, at: Date.now(), body });
  };

  return {
    bus: outside,
    /** For replicas that are processes of their own. */
    environment: {
      MAILFLEET_NATS_URL: nats.url,
      MAILFLEET_MONGO_URL: mongo.url,
      MAILFLEET_MONGO_DB: mongo.dbName,
      MAILFLEET_NOTIFY_OPEN_KEYS: keys.notifyOpenKeys,
      MAILFLEET_LOG_LEVEL: "silent",
    },
    startReplica,
    raise: (body: MessageBody<"alert.raised.v1">, id?: string) =>
      say(subjects.mailboxFact(body.object.id, "alert-raised"), "alert.raised.v1", body, id),
    clear: (body: MessageBody<"alert.cleared.v1">, id?: string) =>
      say(subjects.mailboxFact(body.object.id, "alert-cleared"), "alert.cleared.v1", body, id),
    say,
    freePort,
    /** Switches notifications on, by the relay at this port. */
    useRelay: async (port: number, withPassword = password) => {
      const sealer = await loadSealer(keys.notifySealKey);
      const sealed = await sealer.seal(new Secret(withPassword), sealedFor("notifications", "relay-password"));
      return outside.request("alerting.notification-settings.update", {
        commandId: `use-relay-${++messages}`,
        by: "test",
        change: {
          enabled: true,
          relay: { host: "127.0.0.1", port, security: "none" },
          from: "mailfleet@example.org",
          to: ["admin@example.org", "second@example.org"],
        },
        credentials: { username: user, password: sealed },
      });
    },
    list: async (filter: { state?: "raised" | "cleared"; code?: string; objectId?: string } = {}) =>
      (await outside.request("alerting.alert.list", filter)).items,
    deadLetters: async (state?: "waiting" | "replayed" | "discarded") =>
      (await outside.request("alerting.dead-letter.list", { state })).items,
    stop: async () => {
      // Engines go whatever else fails, or the test would never end.
      await Promise.allSettled([...ending.map((end) => end()), outside.stop()]);
      await Promise.allSettled([nats.stop(), mongo.stop(), directory.remove()]);
    },
  };
}
