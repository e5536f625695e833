import { connectBus } from "@mailfleet/bus";
import { makeStreams } from "@mailfleet/bus/topology";
import {
  type Connection,
  consumers,
  type DirectionState,
  type MessageBody,
  type OAuthClient,
  ProblemError,
  type SubmittedContent,
  subjects,
  uploadPieceBytes,
} from "@mailfleet/contracts";
import { wantedBy } from "@mailfleet/kit";
import { startMongo, startNats } from "@mailfleet/local/testing";
import { connectStore, makeCollections } from "@mailfleet/store";
import { outboundSend } from "../service.ts";
import { type Instance, type InstanceOptions, silent, startInstance } from "./instance.ts";
import { type OtherProcess, startOtherProcess } from "./other-process.ts";

/** A mailbox in the answer of the stand-in for `config`. */
export interface GivenMailbox {
  id: string;
  port: number;
  state: DirectionState;
  generation: number;
  allowed: boolean;
  uncertainPolicy: "hold" | "resend";
  sentCopy: "server" | "append";
  retryMs: number;
  sendExpiryMs: number;
  maximumConcurrentConnections: number;
  connectionTimeoutMs: number;
  holder: string;
  /** Names the password; another one is another way to sign in. */
  secret: string;
  /** Where it receives, over plain IMAP; `null`: it does not. */
  imap: { port: number; username: string } | null;
  /** The address of Graph, by which it receives and sends instead. */
  graph?: string;
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
  await makeStreams(nats);
  await makeCollections(store, wantedBy(outboundSend).collections);
  const mailboxes = new Map<string, GivenMailbox>();
  const reports: Seen[] = [];
  const facts: Seen[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const asked: { connections: number; beforeAnswer: (mailboxId: string) => Promise<void> } = {
    connections: 0,
    beforeAnswer: async () => {},
  };
  /** Mailboxes about which `config` cannot answer. */
  const failing = new Set<string>();
  await around.respond({
    "config.connection.get": async ({ mailboxId, direction }) => {
      asked.connections += 1;
      await asked.beforeAnswer(mailboxId);
      if (failing.has(mailboxId)) throw new Error("something is wrong with this mailbox");
      const mailbox = mailboxes.get(mailboxId);
      if (!mailbox) throw new ProblemError("NOT_FOUND", "no such mailbox");
      return direction === "inbound" ? inboundOf(mailbox) : connectionOf(mailbox);
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

  const instances: Instance[] = [];
  const processes: OtherProcess[] = [];
  const user = "outbound-send";
  const engines = { nats: nats.signIn(user), mongoUrl: mongo.urlOf(user), database: mongo.dbName };
  let number = 0;
  return {
    around,
    store,
    mailboxes,
    reports,
    facts,
    asked,
    failing,
    /** A send as it lies in the store, for which nobody has been woken. */
    document: (mailbox: GivenMailbox, id: string) => ({
      _id: id,
      mailboxId: mailbox.id,
      idempotencyKey: id,
      contentHash: id,
      by: "test",
      messageId: `<${id}@example.org>`,
      from: `${mailbox.id}@example.org`,
      envelopeFrom: `${mailbox.id}@example.org`,
      to: ["b@example.org"],
      subject: "hello",
      ...{ state: "accepted", size: 4, attempt: 0, raw: Buffer.from("\r\nhi") },
      ...{ acceptedAt: Date.now() - 1000, changedAt: Date.now(), waitsSince: Date.now(), due: Date.now() - 1000 },
    }),
    announce,
    /** What the machine's timer asks for while the mailbox is retrying. */
    syncRun: ({ id: mailboxId, generation }: GivenMailbox) =>
      around.publish({
        id: `${mailboxId}:run:${generation}`,
        subject: subjects.run("outbound", "sync", mailboxId, generation),
        type: "run.requested.v1",
        mailboxId,
        at: Date.now(),
        body: { mailboxId, direction: "outbound", purpose: "sync", generation },
      }),
    mailbox(port: number, more: Partial<GivenMailbox> = {}): GivenMailbox {
      const id = `mb_test${++number}`;
      const mailbox: GivenMailbox = {
        id,
        port,
        state: "enabled.running",
        generation: 1,
        allowed: true,
        uncertainPolicy: "hold",
        sentCopy: "server",
        retryMs: 200,
        sendExpiryMs: 3_600_000,
        maximumConcurrentConnections: 4,
        connectionTimeoutMs: 10_000,
        holder: id,
        secret: more.holder ?? id,
        imap: null,
        ...more,
      };
      mailboxes.set(id, mailbox);
      return mailbox;
    },
    /** One instance of the service in this process. */
    async start(options: InstanceOptions = {}): Promise<Instance> {
      const instance = await startInstance(engines, options);
      instances.push(instance);
      return instance;
    },
    /** One in a separate process, which can be killed and frozen. */
    async startProcess(options: InstanceOptions = {}): Promise<OtherProcess> {
      const process = await startOtherProcess(engines, options);
      processes.push(process);
      return process;
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
    /** Hands bytes over in pieces, as the console does. */
    upload: async (uploadId: string, bytes: Buffer) => {
      let pieces = 0;
      for (let at = 0; at < bytes.length; at += uploadPieceBytes) {
        const attachment = bytes.subarray(at, at + uploadPieceBytes);
        await around.request("outbound-send.upload.append", { uploadId, index: pieces++ }, { attachment });
      }
      return { uploadId, pieces };
    },
    uploads: () => store.db.collection("uploads").countDocuments({}),
    submitContent: (
      mailbox: GivenMailbox,
      sendId: string,
      content: SubmittedContent,
      more: { attachment?: Buffer; key?: string } = {},
    ) =>
      around.request(
        "outbound-send.send.submit",
        { mailboxId: mailbox.id, sendId, by: "test", idempotencyKey: more.key ?? sendId, content },
        { timeoutMs: 20_000, ...(more.attachment && { attachment: more.attachment }) },
      ),
    stored: (sendId: string) =>
      store.db
        .collection<{ _id: string; state: string; answer?: string; due?: number }>("sends")
        .findOne({ _id: sendId }),
    count: (filter: object) => store.db.collection("sends").countDocuments(filter),
    get: (sendId: string) => around.request("outbound-send.send.get", { id: sendId }),
    async stop() {
      await Promise.all([...instances.map((one) => one.stop()), ...processes.map((one) => one.end())]);
      for (const timer of timers) clearTimeout(timer);
      await around.stop();
      await store.close();
      await Promise.all([nats.stop(), mongo.stop()]);
    },
  };
}

function inboundOf(mailbox: GivenMailbox): Connection {
  const outbound = connectionOf(mailbox);
  if (mailbox.graph) return { ...outbound, direction: "inbound" };
  const { port = 1, username = mailbox.holder } = mailbox.imap ?? {};
  return {
    ...outbound,
    direction: "inbound",
    state: mailbox.imap ? "enabled.running" : "off",
    server: { protocol: "imap", host: "127.0.0.1", port, security: "none" },
    credentials: { ...(outbound.credentials as Extract<Connection["credentials"], { type: "password" }>), username },
  };
}

function connectionOf(mailbox: GivenMailbox): Connection {
  const connection = bySmtp(mailbox);
  return mailbox.graph ? { ...connection, ...byGraph(mailbox, mailbox.graph) } : connection;
}

/** By a token that the instances have. */
function byGraph({ id, holder }: GivenMailbox, apiUrl: string): Pick<Connection, "server" | "credentials"> {
  const client: OAuthClient = {
    provider: "microsoft",
    flow: "application",
    clientId: "app",
    clientAuthentication: "secret",
    secret: null,
    issuer: apiUrl,
    authorizationEndpoint: "",
    tokenEndpoint: apiUrl,
    deviceAuthorizationEndpoint: null,
    apiUrl,
    scopes: [],
  };
  return {
    server: { protocol: "graph", host: "127.0.0.1", port: Number(new URL(apiUrl).port), security: "none", apiUrl },
    credentials: {
      type: "oauth",
      holder,
      username: `${id}@example.org`,
      client,
      grant: null,
    },
  };
}

function bySmtp(mailbox: GivenMailbox): Connection {
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
      password: { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: mailbox.secret, aad: "" },
      purpose: "mailbox-password",
    },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    deleteAfterProcessing: false,
    maximumConcurrentConnections: mailbox.maximumConcurrentConnections,
    connectionTimeoutMs: mailbox.connectionTimeoutMs,
    processFrom: null,
    act: null,
    pollMs: 300_000,
    retryMs: mailbox.retryMs,
    kind: "queue",
    sentCopy: mailbox.sentCopy,
    undeliverableFolder: null,
    tagUndeliverable: false,
    eightBitPolicy: "encode",
    ehloName: null,
    watch: null,
    uncertainPolicy: mailbox.uncertainPolicy,
    sendExpiryMs: mailbox.sendExpiryMs,
    messageRetentionDays: 30,
  };
}
