import {
  type ConnectOptions,
  endsBeforeSignIn,
  NotSignedIn,
  redactSecrets,
  renewedTokenRefused,
  signedInAs,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type Address, bareHost, checkPort, resolveServer, startDeadline, unlessTls } from "@mailfleet/network";
import type { ImapFlow } from "imapflow";
import { classifyFailure, type FailureContext } from "./classify-failure.ts";
import { openClient } from "./open-client.ts";
import type { Phase } from "./reply-rules.ts";
import { signIn, signInOfNobody } from "./sign-in.ts";

/** The stages on the way to a signed-in connection, in order. */
export type DialStep = "resolve" | "connect" | "tls" | "authenticate";

/** Is told about each completed stage. `detail` says what was found. */
export type DialListener = (step: DialStep, detail: string) => void;

/** A signed-in client, and how to name its later failures. */
export interface Dialled {
  readonly client: ImapFlow;
  /** Turns anything the client throws into a `FailureError`. */
  failure(error: unknown, phase: Phase, bye?: string): FailureError;
  /** What is needed to name them without the client, which is large. */
  readonly context: Pick<FailureContext, "host" | "port" | "secrets">;
}

/**
 * Resolves, connects, secures and signs in under one deadline. Throws `FailureError` and then leaves nothing open. With
 * `starttls` and `tls` no password or token leaves before the connection is secured and the certificate verified. A
 * token that the server refuses is renewed once, within the same deadline; refused again, it is CONSENT_EXPIRED. Throws
 * `NotSignedIn` for a test that ends before it signs in.
 */
export async function dial(options: ConnectOptions, signal: AbortSignal, listener?: DialListener): Promise<Dialled> {
  const { server, credentials } = options;
  if (!credentials && !endsBeforeSignIn(options)) throw new FailureError(failureOf("CREDENTIALS_MISSING"));
  checkPort(server, options.allowedPorts);
  const host = bareHost(server.host);
  const way: { step: DialStep } = { step: "resolve" };
  const secrets = new Set<string>();
  const heard = new Set<DialStep>();

  const done = (finished: DialStep, next: DialStep, detail: string) => {
    way.step = next;
    // The second connection, with a renewed token, takes the same stages again.
    if (!heard.has(finished)) listener?.(finished, detail);
    heard.add(finished);
  };
  const deadline = startDeadline(options.connectionTimeoutMs, signal, () => {
    const reply = `no ${waitedFor[way.step]} within ${options.connectionTimeoutMs} ms`;
    return new FailureError(failureOf("CONNECTION_TIMEOUT", { host, port: server.port, reply }));
  });

  const connectOnce = async (addresses: readonly Address[], renew: boolean) => {
    way.step = "connect";
    const given = { renew, signal: deadline.signal, secrets, server: { host, port: server.port } };
    const signingIn = credentials ? signIn(credentials, given) : signInOfNobody();
    let lastError: unknown;
    const open = Promise.withResolvers<void>();
    const greeted = Promise.withResolvers<void>();
    const { client, connected } = openClient(
      options,
      addresses,
      signingIn,
      {
        connected: (detail) => {
          done("connect", server.security === "none" ? "authenticate" : "tls", detail);
          open.resolve();
        },
        secured: (detail) => way.step === "tls" && done("tls", "authenticate", detail),
        greeted: greeted.resolve,
        strange: (words) => {
          const reply = redactSecrets(words, secrets);
          deadline.stop(new FailureError(failureOf("NOT_THIS_PROTOCOL", { host, port: server.port, reply })));
        },
      },
      listener !== undefined,
    );
    client.on("error", (error) => {
      lastError ??= error;
    });
    const failure = (error: unknown, phase: Phase, lastWords?: string): FailureError => {
      const cause = isNoConnection(error) && lastError ? lastError : error;
      const bye = lastWords ?? client.byeReason;
      const context = { host, port: server.port, phase, secrets, ...(bye && bye !== SILENT_BYE ? { bye } : {}) };
      return new FailureError(classifyFailure(cause, context), { cause });
    };
    try {
      if (server.security !== "tls") {
        await deadline.until(Promise.race([open.promise, connected]));
        const greeting = Promise.race([greeted.promise, connected]);
        await deadline.until(unlessTls(greeting, { ...options, signal: deadline.signal }, addresses));
      }
      await deadline.until(connected);
      return { client, failure, context: { host, port: server.port, secrets } };
    } catch (error) {
      client.close();
      if (signal.aborted || error instanceof FailureError || error instanceof NotSignedIn) throw error;
      const classified = failure(error, phaseOf[way.step as DialStep]);
      if (!signingIn.tokenSent || classified.failure.code !== "AUTHENTICATION_REJECTED") throw classified;
      if (renew) throw renewedTokenRefused(classified);
      return null;
    }
  };

  try {
    signal.throwIfAborted();
    const addresses = await deadline.until(resolveServer(server, options));
    done("resolve", "connect", addresses.map(({ address }) => address).join(", "));
    const first = await connectOnce(addresses, false);
    const dialled = first ?? (await connectOnce(addresses, true));
    if (!dialled || !credentials) throw new FailureError(failureOf("INTERNAL_ERROR"));
    done("authenticate", "authenticate", `${signedInAs(credentials)}${first ? "" : ", with a renewed token"}`);
    return dialled;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailureError || error instanceof NotSignedIn) throw error;
    throw new FailureError(classifyFailure(error, { host, port: server.port, phase: "greet", secrets }), {
      cause: error,
    });
  } finally {
    deadline.clear();
  }
}

/** imapflow's own words when the server closed without any. */
const SILENT_BYE = "Server closed connection";

const phaseOf: Readonly<Record<DialStep, Phase>> = {
  resolve: "greet",
  connect: "greet",
  tls: "tls",
  authenticate: "authenticate",
};

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
