import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { rootCertificates } from "node:tls";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { ImapFlow } from "imapflow";
import { classifyFailure, redact } from "./classify-failure.ts";
import type { Phase } from "./reply-rules.ts";
import { watchSocket } from "./watch-socket.ts";

/** Parts of the way to a signed-in connection, in order. */
export type DialStep = "resolve" | "connect" | "tls" | "authenticate";

/** Hears how far a connection has come; `detail` says what was found. */
export type DialListener = (step: DialStep, detail: string) => void;

/** A signed-in client, and how to say what goes wrong on it later. */
export interface Dialled {
  readonly client: ImapFlow;
  /** Turns whatever the client throws into a `FailureError`. */
  failure(error: unknown, phase: Phase, bye?: string): FailureError;
}

/** A single message part larger than this ends the connection: no server may fill our memory. */
const LARGEST_LITERAL = 128 * 1024 * 1024;

/**
 * Resolves, connects, secures and signs in under one deadline. Throws `FailureError`, leaves nothing open then. With
 * `starttls` and `tls` no password leaves before the connection is secured and the certificate verified.
 */
export async function dial(options: ConnectOptions, signal: AbortSignal, listener?: DialListener): Promise<Dialled> {
  const { server, credentials } = options;
  if (!credentials) throw new FailureError(failureOf("CREDENTIALS_MISSING"));
  const host = server.host.replace(/^\[|\]$/g, "");
  const secret = credentials.password.reveal();
  const way: { step: DialStep } = { step: "resolve" };
  let client: ImapFlow | undefined;
  let lastError: unknown;
  let stop: (reason: unknown) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = reject;
  });
  stopped.catch(() => {});

  const done = (finished: DialStep, next: DialStep, detail: string) => {
    way.step = next;
    listener?.(finished, detail);
  };
  const failure = (error: unknown, phase: Phase, lastWords?: string): FailureError => {
    const cause = isNoConnection(error) && lastError ? lastError : error;
    const bye = lastWords ?? client?.byeReason;
    const context = { host, port: server.port, phase, secret, ...(bye && bye !== SILENT_BYE ? { bye } : {}) };
    return new FailureError(classifyFailure(cause, context), { cause });
  };

  const deadline = setTimeout(
    () =>
      stop(
        new FailureError(
          failureOf("CONNECTION_TIMEOUT", {
            host,
            port: server.port,
            reply: `no ${waitedFor[way.step]} within ${options.connectionTimeoutMs} ms`,
          }),
        ),
      ),
    options.connectionTimeoutMs,
  );
  const abort = () => stop(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    const addresses = isIP(host)
      ? [{ address: host, family: isIP(host) }]
      : await Promise.race([lookup(host, { all: true }), stopped]);
    done("resolve", "connect", addresses.map((entry) => entry.address).join(", "));
    const found: LookupFunction = (_host, wanted, callback) => {
      if (wanted.all) callback(null, addresses);
      else callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
    };
    client = new ImapFlow({
      host,
      port: server.port,
      secure: server.security === "tls",
      doSTARTTLS: server.security === "starttls" ? true : server.security === "none" ? false : undefined,
      auth: { user: credentials.username, pass: secret },
      tls: {
        lookup: found,
        minVersion: "TLSv1.2",
        ...(server.trustedCertificates && { ca: [...rootCertificates, server.trustedCertificates] }),
      } as object,
      logger: false,
      emitLogs: listener !== undefined,
      disableAutoIdle: true,
      disableCompression: true,
      disableAutoEnable: true,
      connectionTimeout: options.connectionTimeoutMs,
      greetingTimeout: options.connectionTimeoutMs,
      socketTimeout: Math.max(options.connectionTimeoutMs, 60_000),
      maxLiteralSize: LARGEST_LITERAL,
      maxResponseSize: LARGEST_LITERAL + 1024 * 1024,
      clientInfo: { name: "Mailfleet", vendor: "Mailfleet", "support-url": "" },
    });
    client.on("error", (error) => {
      lastError ??= error;
    });
    if (listener)
      client.on("log", (entry: { src?: string; version?: string; algo?: string }) => {
        if (entry.src === "tls" && way.step === "tls") done("tls", "authenticate", `${entry.version} ${entry.algo}`);
      });
    const connected = client.connect();
    connected.catch(() => {});
    watchSocket(client, {
      connected: (detail) => done("connect", server.security === "none" ? "authenticate" : "tls", detail),
      secured: (detail) => done("tls", "authenticate", detail),
      strange: (words) =>
        stop(
          new FailureError(failureOf("NOT_THIS_PROTOCOL", { host, port: server.port, reply: redact(words, secret) })),
        ),
    });
    await Promise.race([connected, stopped]);
    done("authenticate", "authenticate", `signed in as ${credentials.username}`);
    return { client, failure };
  } catch (error) {
    client?.close();
    if (signal.aborted) throw signal.reason;
    const phase: Phase = way.step === "authenticate" ? "authenticate" : way.step === "tls" ? "tls" : "greet";
    throw error instanceof FailureError ? error : failure(error, phase);
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener("abort", abort);
  }
}

/** imapflow's own words when the server closed without any. */
const SILENT_BYE = "Server closed connection";

const waitedFor: Readonly<Record<DialStep, string>> = {
  resolve: "answer from the name service",
  connect: "connection",
  tls: "greeting or secure connection",
  authenticate: "greeting or answer to the sign-in",
};

function isNoConnection(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && (error.code === "NoConnection" || error.code === "EConnectionClosed")
  );
}
