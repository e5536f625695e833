import type { Logger } from "@mailfleet/contracts";
import { type ConnectionOptions, connect, createInbox, errors, type NatsConnection } from "@nats-io/transport-node";
import { closeMs, oldestServer, pauseMs } from "./limits.ts";
import { signInByFile } from "./nkey-file.ts";
import { atMost, pause } from "./pause.ts";

/** The connection, and whether it is up now. */
export interface Link {
  readonly nc: NatsConnection;
  /** A new subject of our own, for answers or deliveries. */
  inbox(): string;
  /** `null` if connected, else why not. */
  health(): string | null;
  /** Why not, if it is because our sign-in is refused. */
  refusal(): string | null;
  /** Resolves when connected, or after `ms`, whichever comes first. */
  connected(ms: number): Promise<void>;
  /** Called after each reconnect. Returns how to unsubscribe. */
  onReconnect(listener: () => void): () => void;
  /** Sends what is buffered if that is possible soon, then ends the connection. Callers that wait for it continue. */
  close(): Promise<void>;
}

const away = "NATS is not connected";

/** Answers and deliveries come here: nobody else may listen, where NATS has users. */
export const inboxPrefix = (name: string) => `_INBOX_${name}`;

/** Where NATS is, and who signs in. */
export interface LinkOptions {
  /** Several servers with commas between; may hold user and password, or a token. */
  readonly url: string;
  /** A file with the seed of an nkey user (`SU…`), which then signs in and nobody else. */
  readonly nkeyFile?: string | undefined;
  /** Shown in the server's list of connections. Where NATS has users it is the user's name: the inbox is named by it. */
  readonly name: string;
  readonly logger: Logger;
  /** Told why it is not connected yet, after each attempt. */
  onWaiting?(why: string): void;
}

/**
 * Connects, waiting for NATS as long as it takes and reconnecting for ever, also to a server that refuses the sign-in:
 * people change keys on one side first. Small writes go out at once (the transport sets TCP_NODELAY). Throws if
 * the server is too old or has no JetStream, or the file of the nkey holds none.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { logger } = options;
  const nc = await connectAtLast(options);
  const refusal = refuses(nc.info?.version ?? "0", nc.info?.jetstream === true);
  if (refusal) {
    await nc.close();
    throw new Error(refusal);
  }
  let down: string | null = null;
  let refused: string | null = null;
  let closing = false;
  const listeners = new Set<() => void>();
  const waiters = new Set<() => void>();
  const watch = async () => {
    for await (const status of nc.status()) {
      if (status.type === "reconnecting") refused = null;
      else if (status.type === "error") {
        refused = refusedSignIn(status.error);
        if (!refused) logger.warn({ reason: status.error.message }, "NATS reports an error");
      } else if (status.type === "disconnect") {
        // Each attempt that fails ends with this. What changes is said once.
        const why = refused ?? away;
        if (refused && down !== why) logger.error({}, why);
        else if (down === null) logger.warn({}, "NATS is away");
        down = why;
      } else if (status.type === "reconnect") {
        down = null;
        logger.info({}, "NATS is back");
        for (const wake of waiters) wake();
        for (const listener of listeners) listener();
      }
    }
  };
  watch().catch((error) => logger.error({ err: error }, "the connection's status cannot be watched"));
  // The client library tries for ever with these options. If it ever gives up, this process could do nothing any more
  // and would say nothing: it ends instead, and its supervisor starts it again.
  void nc.closed().then((cause) => {
    if (!closing) throw new Error("the connection to NATS closed unexpectedly", { cause });
  });
  return {
    nc,
    inbox: () => createInbox(inboxPrefix(options.name)),
    health: () => (nc.isClosed() ? "the connection to NATS is closed" : down),
    refusal: () => (down === away ? null : down),
    connected: (ms) =>
      down === null || nc.isClosed()
        ? Promise.resolve()
        : new Promise((resolve) => {
            const done = () => {
              clearTimeout(timer);
              waiters.delete(done);
              resolve();
            };
            const timer = setTimeout(done, ms);
            waiters.add(done);
          }),
    onReconnect: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closing = true;
      if (nc.isClosed()) return;
      if (down === null)
        await atMost(
          closeMs,
          nc.drain().catch(() => {}),
        );
      await nc.close();
      for (const wake of waiters) wake();
    },
  };
}

/** Tries until it is connected, and logs why it is not. */
async function connectAtLast(options: LinkOptions): Promise<NatsConnection> {
  const { logger, onWaiting } = options;
  const wanted = connectionOptions(options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect(wanted);
    } catch (error) {
      const refused = refusedSignIn(error);
      onWaiting?.(refused ?? `NATS does not answer: ${(error as Error).message}`);
      if (refused) logger.error({ attempt }, refused);
      else logger.warn({ attempt, reason: (error as Error).message }, "waiting for NATS");
      await pause(pauseMs(attempt));
    }
  }
}

/** A server that does not take our key, password or token, in words for people; `null` for anything else. */
function refusedSignIn(error: unknown): string | null {
  if (error instanceof errors.UserAuthenticationExpiredError) return "NATS says that our sign-in has expired";
  return error instanceof errors.AuthorizationError ? `NATS refuses our sign-in: ${error.message}` : null;
}

/** Why this server will not do, or `null`. */
export function refuses(version: string, jetstream: boolean): string | null {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (major < oldestServer.major || (major === oldestServer.major && minor < oldestServer.minor))
    return `NATS ${version} is too old: Mailfleet needs ${oldestServer.major}.${oldestServer.minor} or later`;
  return jetstream ? null : "This NATS runs without JetStream: Mailfleet needs it (start the server with -js)";
}

/** Several servers may be listed, separated by commas; user and password are taken from the first that has them. */
function connectionOptions({ url, nkeyFile, name }: LinkOptions): ConnectionOptions {
  const urls = url.split(",").map((one) => new URL(one.includes("://") ? one.trim() : `nats://${one.trim()}`));
  const login = urls.find((one) => one.username);
  return {
    inboxPrefix: inboxPrefix(name),
    servers: urls.map((one) => `${one.hostname}:${one.port || 4222}`),
    name,
    ...(nkeyFile ? { authenticator: signInByFile(nkeyFile) } : {}),
    ...(login?.password ? { user: decodeURIComponent(login.username), pass: decodeURIComponent(login.password) } : {}),
    ...(login && !login.password ? { token: decodeURIComponent(login.username) } : {}),
    ...(urls.some((one) => one.protocol === "tls:") ? { tls: {} } : {}),
    maxReconnectAttempts: -1,
    // Without it two refused sign-ins in a row close the connection for good.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    // A link that fell silent is noticed after two of these without an answer.
    pingInterval: 5000,
    maxPingOut: 2,
    timeout: 5000,
    // Otherwise each request and publication captures a stack: half of this library's cost.
    noAsyncTraces: true,
  };
}
