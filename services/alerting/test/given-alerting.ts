import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";
import { type Bus, connectBus } from "@mailfleet/bus";
import { makeStreams, removeStream } from "@mailfleet/bus/topology";
import { gmailOutbound } from "@mailfleet/connector-gmail";
import { graphOutbound } from "@mailfleet/connector-graph";
import { smtpConnector } from "@mailfleet/connector-smtp";
import {
  type FailPoint,
  type Logger,
  type MessageBody,
  type MessageType,
  noFailPoint,
  type OutgoingMessage,
  type RequestInput,
  relayDestination,
  type SealPurpose,
  Secret,
  sealedFor,
  subjects,
} from "@mailfleet/contracts";
import { createGuardedFetch } from "@mailfleet/http";
import { createLeases, markNew, newId, Registry, startRenewals, startService, wantedBy } from "@mailfleet/kit";
import { freePort, placesFor, startMongo, startNats, tempDir } from "@mailfleet/local/testing";
import { createTokens } from "@mailfleet/oauth";
import { generateKeyFiles, loadOpener, loadSealer } from "@mailfleet/secrets";
import { connectStore, createLeaseStore, isOutage, makeCollections, openDocuments } from "@mailfleet/store";
import { SMTPServer } from "smtp-server";
import { createClearMarkStore } from "../alert/store.ts";
import { createAuditStore } from "../audit/store.ts";
import { collections } from "../collections.ts";
import { createTraceStore } from "../erase/traces.ts";
import { createMemberStore } from "../incident/store.ts";
import { createMetrics } from "../metrics.ts";
import { createMailServer } from "../notice/mail-server.ts";
import { createMailServerStore, createNoticeStore } from "../notice/store.ts";
import { alerting } from "../service.ts";
import { createDeliveryStore, createPlaceStore } from "../subscription/store.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
/** Keeps every line, so that a test can look for what must not be there. */
function listening(lines: string[]): Logger {
  const note = (...parts: unknown[]) => void lines.push(inspect(parts, { depth: 8 }));
  return { debug: note, info: note, warn: note, error: note, child: () => listening(lines) };
}
const user = "notifier";
const password = "rel4y-pässword";

/** A mail as the relay got it. */
export interface Received {
  readonly to: string[];
  readonly raw: string;
}

/** What a relay does wrong until it is told otherwise. */
type RelayTrouble =
  | "cut off"
  | {
      readonly code: number;
      readonly words: string;
      readonly only?: string;
      /** Of one mail, only recipients after so many. */
      readonly beyond?: number;
    };

/**
 * A relay that asks for user name and password, or for a token that `introspect` knows (XOAUTH2), and keeps what it
 * gets.
 */
export async function startRelay(port: number, introspect?: (token: string) => object | null) {
  const mails: Received[] = [];
  const tokens = new Set<string>();
  let trouble: RelayTrouble | null = null;
  const server = new SMTPServer({
    authMethods: introspect ? ["XOAUTH2"] : ["PLAIN", "LOGIN"],
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    onAuth: (auth, _session, done) => {
      if (introspect && auth.accessToken) tokens.add(auth.accessToken);
      const good = introspect
        ? introspect(auth.accessToken ?? "") !== null
        : auth.username === user && auth.password === password;
      return good ? done(null, { user: auth.username ?? user }) : done(new Error("wrong password"));
    },
    // 421 is what a server says that is not available (RFC 5321 §3.8), at best at once.
    onConnect: (_session, done) =>
      done(
        trouble && trouble !== "cut off" && trouble.code === 421
          ? Object.assign(new Error(trouble.words), { responseCode: 421 })
          : null,
      ),
    onRcptTo: ({ address }, { envelope }, done) =>
      done(
        trouble &&
          trouble !== "cut off" &&
          [undefined, address].includes(trouble.only) &&
          envelope.rcptTo.length >= (trouble.beyond ?? 0)
          ? Object.assign(new Error(trouble.words), { responseCode: trouble.code })
          : null,
      ),
    onData: (stream, session, done) => {
      let raw = "";
      stream.on("data", (chunk: Buffer) => {
        raw += chunk.toString("utf8");
      });
      stream.on("end", () => {
        if (trouble === "cut off") {
          for (const { _socket } of server.connections as unknown as Set<{ _socket: Socket }>) _socket.destroy();
          return;
        }
        mails.push({ to: session.envelope.rcptTo.map((recipient) => recipient.address), raw });
        done();
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const set = (next: RelayTrouble | null) => {
    trouble = next;
  };
  return {
    mails,
    /** Tokens that were presented. */
    tokens,
    subjects: () => mails.map((mail) => unfolded(mail.raw)),
    refuse: (reason: string | null) => set(reason === null ? null : { code: 451, words: reason }),
    trouble: set,
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

/** The password that the relay takes. */
export const relayPassword = password;

function unfolded(raw: string): string {
  return /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1]?.replace(/\r\n[ \t]/g, " ") ?? "";
}

/** Engines, keys, and as many replicas as a test wants, each with connections of its own. */
export async function givenAlerting() {
  const [nats, mongo, directory] = await Promise.all([startNats(), startMongo(), tempDir("alerting")]);
  await makeStreams(nats);
  const topology = await connectStore({
    ...{ url: mongo.urlOf("topology"), database: mongo.dbName },
    ...{ appName: "topology", logger: quiet },
  });
  await makeCollections(topology, wantedBy(alerting).collections);
  const outside = await connectBus({ url: nats.url, name: "test", logger: quiet, isOutage: () => false });
  await markNew({ bus: outside, deployment: topology.deployment }, Date.now());
  await topology.close();
  const keys = await generateKeyFiles(join(directory.path, "keys"));
  const ending: (() => Promise<void>)[] = [];
  let messages = 0;

  const lines: string[] = [];
  const logger = listening(lines);
  const fetch = createGuardedFetch({ privateNetworks: ["127.0.0.0/8"] });
  const sealer = await loadSealer(keys.notifySealKey);
  const seal = (text: string, purpose: SealPurpose, destination: string) =>
    sealer.seal(new Secret(text), sealedFor("notifications", purpose, destination));

  const mailServer = async () => {
    const opener = await loadOpener(keys.notifyOpenKeys);
    const noGrants = () => Promise.reject(new Error("no grants here"));
    return createMailServer({
      connectors: {
        load: async (protocol) =>
          protocol === "smtp"
            ? smtpConnector({ commandMs: 2000, finalMs: 2000 })
            : protocol === "graph"
              ? graphOutbound({ fetch })
              : gmailOutbound({ fetch }),
      },
      openSecret: opener.open,
      tokens: createTokens({
        fetch,
        open: opener.open,
        seal: sealer.seal,
        grants: { beginRefresh: noGrants, endRefresh: noGrants },
        certificateRead: () => undefined,
        now: Date.now,
        owner: "test",
        logger,
      }),
      destinations: async () => ({ allowedPorts: null, allowedNetworks: ["127.0.0.0/8"] }),
    });
  };

  const startReplica = async (
    overrides: {
      failPoint?: FailPoint;
      streamUsage?: Bus["streamUsage"];
      refusal?: Bus["refusal"];
      now?: () => number;
      /** Told after a message was handled without an error. */
      onHandled?: (messageId: string) => void;
      streamsEveryMs?: number;
      gatherMs?: number;
      deadMs?: number;
      /** True for a message that the bus takes and then loses, as when its machine dies. */
      loses?: (message: OutgoingMessage) => boolean;
    } = {},
  ) => {
    const store = await connectStore({
      ...{ url: mongo.urlOf("alerting"), database: mongo.dbName },
      ...{ appName: "alerting", logger: quiet },
    });
    const bus = await connectBus({ ...nats.signIn("alerting"), name: "alerting", logger: quiet, isOutage });
    const marks = createClearMarkStore(store);
    const registry = new Registry();
    const notices = createNoticeStore(store);
    const renewals = startRenewals({ logger, isOutage, registry });
    const service = await startService(
      alerting,
      {
        bus: {
          ...bus,
          streamUsage: overrides.streamUsage ?? bus.streamUsage,
          refusal: overrides.refusal ?? bus.refusal,
          publish: async (message) => (overrides.loses?.(message) ? "stored" : bus.publish(message)),
          consume: (definition, options) =>
            bus.consume(definition, {
              ...options,
              handle: async (message, signal) => {
                await options.handle(message, signal);
                overrides.onHandled?.(message.id);
              },
            }),
        },
        openDocuments: (collection, unlisted) => openDocuments(store, collection, unlisted),
        marks,
        members: createMemberStore(store),
        traces: createTraceStore(store),
        audit: createAuditStore(store),
        notices,
        mailServer: createMailServerStore(store),
        openChannel: await mailServer(),
        places: createPlaceStore(store),
        placeLeases: createLeases(createLeaseStore(store, collections.places.name), {
          ...{ owner: newId("dv"), renewals, name: "the lease on a webhook" },
        }),
        deliveries: createDeliveryStore(store),
        webhookFetch: fetch,
        openSecret: (await loadOpener(keys.notifyOpenKeys)).open,
        destinations: async () => ({ allowedPorts: null, allowedNetworks: [] }),
        deadMs: overrides.deadMs ?? 60_000,
        firstWaitMs: 50,
        metrics: createMetrics(registry, notices),
        isOutage,
        logger,
        registry,
        failPoint: overrides.failPoint ?? noFailPoint,
        now: overrides.now ?? Date.now,
        quietMs: 60_000,
        gatherMs: overrides.gatherMs ?? 200,
        retryMs: 100,
      },
      {
        relayAgeMs: 1000,
        againMs: 300,
        everyMs: {
          relay: 200,
          incidents: 50,
          notices: 50,
          webhooks: 50,
          "dead-letters": 1000,
          streams: overrides.streamsEveryMs ?? 60_000,
          secret: 100,
          bus: 50,
        },
      },
    );
    const stop = async () => {
      await service.stop();
      renewals.stop();
      await bus.stop();
      await store.close();
    };
    ending.push(stop);
    return { metrics: registry, marks, ports: service.ports, db: store.db, stop };
  };

  const say = async <Type extends MessageType>(subject: string, type: Type, body: MessageBody<Type>, id?: string) => {
    await outside.publish({ id: id ?? `t${++messages}`, subject, type, at: Date.now(), body });
  };

  return {
    bus: outside,
    /** For replicas that are processes of their own. */
    environment: {
      ...placesFor("alerting", nats, mongo),
      MAILFLEET_NOTIFY_OPEN_KEYS: keys.notifyOpenKeys,
      MAILFLEET_NOTIFY_GATHER_MS: "100",
      MAILFLEET_LOG_LEVEL: "silent",
      MAILFLEET_ALLOWED_PRIVATE_NETWORKS: "127.0.0.0/8",
    },
    startReplica,
    /** Removes the stream of facts with all that is in it, and makes it anew with its consumers. */
    remakeFacts: async () => {
      await removeStream(nats, "FACTS");
      await makeStreams(nats);
    },
    raise: (body: MessageBody<"alert.raised.v1">, id?: string) =>
      say(subjects.mailboxFact(body.object.id, "alert-raised"), "alert.raised.v1", body, id),
    clear: (body: MessageBody<"alert.cleared.v1">, id?: string) =>
      say(subjects.mailboxFact(body.object.id, "alert-cleared"), "alert.cleared.v1", body, id),
    say,
    freePort,
    /** Everything that was logged. */
    lines,
    seal,
    /** A webhook's signing secret as the console sends it. */
    sealSigning: async (subscriptionId: string, secret: string) => ({
      secret: await sealer.seal(new Secret(secret), sealedFor(subscriptionId, "webhook-signing", "")),
    }),
    /** Changes the settings of the notification mail server. */
    change: (
      change: RequestInput<"alerting.notification-settings.update">["change"],
      secrets: Pick<RequestInput<"alerting.notification-settings.update">, "credentials" | "oauthSecret"> = {},
    ) =>
      outside.request("alerting.notification-settings.update", {
        commandId: `change-${++messages}`,
        by: "test",
        change,
        ...secrets,
      }),
    test: () =>
      outside.request(
        "alerting.notification-settings.test",
        { commandId: `test-${++messages}`, by: "test" },
        { timeoutMs: 30_000 },
      ),
    /** Switches notifications on, by the relay at this port. */
    useRelay: async (port: number, withPassword = password) => {
      const relay = { host: "127.0.0.1", port, security: "none" } as const;
      return outside.request("alerting.notification-settings.update", {
        commandId: `use-relay-${++messages}`,
        by: "test",
        change: {
          enabled: true,
          mode: "smtp",
          relay,
          from: "mailfleet@example.org",
          to: ["admin@example.org", "second@example.org"],
        },
        credentials: {
          username: user,
          password: await seal(withPassword, "relay-password", relayDestination(relay)),
        },
      });
    },
    list: async (filter: { state?: "raised" | "cleared"; code?: string; objectId?: string } = {}) =>
      (await outside.request("alerting.alert.list", filter)).items,
    deadLetters: async (state?: "waiting" | "replayed" | "discarded") =>
      (await outside.request("alerting.dead-letter.list", { state })).items,
    stop: async () => {
      // Engines go whatever else fails, or the test would never end.
      await Promise.allSettled([...ending.map((end) => end()), outside.stop(), fetch.close()]);
      await Promise.allSettled([nats.stop(), mongo.stop(), directory.remove()]);
    },
  };
}
