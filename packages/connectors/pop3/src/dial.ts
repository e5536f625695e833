import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import {
  type ConnectOptions,
  endsBeforeSignIn,
  foreignWords,
  NotSignedIn,
  renewedTokenRefused,
  signedInAs,
  throughGate,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import {
  type Address,
  bareHost,
  checkPort,
  openSocket,
  resolveServer,
  secureSocket,
  startDeadline,
  unlessTls,
} from "@mailfleet/network";
import { collectAtMost } from "./body-sinks.ts";
import { type Capabilities, offered, readCapabilities, untold } from "./capabilities.ts";
import { classifyFailure, Refused } from "./classify-failure.ts";
import type { Pop3Deadlines } from "./deadlines.ts";
import { codeOfReply, type Phase } from "./reply-rules.ts";
import { signIn } from "./sign-in.ts";
import { createStuckPipelines } from "./stuck-pipelines.ts";
import { createWire, type Wire } from "./wire.ts";

/** The stages on the way to a signed-in connection, in order. */
export type DialStep = "resolve" | "connect" | "tls" | "authenticate";

/** Is told about each completed stage. `detail` says what was found. */
export type DialListener = (step: DialStep, detail: string) => void;

/** A signed-in connection, and how to name its later failures. */
export interface Dialled {
  readonly wire: Wire;
  /**
   * What the server offers to those who have signed in, which need not be what it offered before (RFC 2449 §5). Asked for
   * together with the first commands where it takes several at once. Rejects with what ended the connection.
   */
  readonly capabilities: Promise<Capabilities>;
  /** Turns anything thrown into a `FailureError`. */
  failure(error: unknown): FailureError;
}

/**
 * Resolves, connects, secures and signs in under one deadline. Throws `FailureError` and then leaves nothing open. With
 * `starttls` and `tls` no password or token leaves before the connection is secured and the certificate verified. A
 * token that the server refuses is renewed once, within the same deadline; refused again, it is CONSENT_EXPIRED. Throws
 * `NotSignedIn` for a test that ends before it signs in.
 */
export async function dial(
  options: ConnectOptions,
  deadlines: Pop3Deadlines,
  signal: AbortSignal,
  listener?: DialListener,
): Promise<Dialled> {
  const { server, credentials } = options;
  if (!credentials && !endsBeforeSignIn(options)) throw new FailureError(failureOf("CREDENTIALS_MISSING"));
  checkPort(server, options.allowedPorts);
  const { port, security } = server;
  const host = bareHost(server.host);
  const place = `${host}:${port}`;
  const way: { step: DialStep; phase: Phase } = { step: "resolve", phase: "greet" };
  const secrets = new Set<string>();
  let loginDelayMs = 0;
  const heard = new Set<DialStep>();

  const done = (finished: DialStep, next: DialStep, detail: string) => {
    way.step = next;
    // The second connection, with a renewed token, takes the same stages again.
    if (!heard.has(finished)) listener?.(finished, detail);
    heard.add(finished);
  };
  const failure = (error: unknown, phase: Phase) =>
    new FailureError(classifyFailure(error, { host, port, phase, secrets, loginDelayMs }), { cause: error });
  let latest: Wire | null = null;
  const deadline = startDeadline(options.connectionTimeoutMs, signal, () => {
    const bare = latest?.bareLf();
    if (bare) return failure(bare, "greet");
    const reply = `no ${waitedFor[way.step]} within ${options.connectionTimeoutMs} ms`;
    return new FailureError(failureOf("CONNECTION_TIMEOUT", { host, port, reply }));
  });

  /** `null`: the token was refused, and a new one may work. */
  const connectOnce = async (addresses: readonly Address[], renew: boolean): Promise<Dialled | null> => {
    way.step = "connect";
    way.phase = "greet";
    let socket: Socket | null = null;
    let wire: Wire | null = null;
    const stop = () => {
      wire?.end(deadline.signal.reason);
      socket?.destroy();
    };
    deadline.signal.addEventListener("abort", stop, { once: true });
    const secure = async (plain: Socket): Promise<TLSSocket> => {
      const secured = await secureSocket(plain, server, deadline.signal);
      done("tls", "authenticate", `${secured.getProtocol()} ${secured.getCipher().standardName}`);
      return secured;
    };
    try {
      socket = await openSocket(port, addresses, deadline.signal);
      done(
        "connect",
        security === "none" ? "authenticate" : "tls",
        `${socket.remoteAddress} port ${socket.remotePort}`,
      );
      if (security === "tls") socket = await secure(socket);
      wire = createWire(socket, deadlines.silenceMs);
      latest = wire;
      const greeting = await (security === "tls"
        ? wire.greeting()
        : unlessTls(wire.greeting(), { ...options, signal: deadline.signal }, addresses));
      if (greeting.status !== "+OK") throw new Refused("(greeting)", greeting.text);
      let capabilities = await ask(wire);
      if (security === "starttls") {
        way.phase = "tls";
        socket = await secure(await startTls(wire, capabilities));
        wire = createWire(socket, deadlines.silenceMs);
        latest = wire;
        // What was offered before the handshake is void (RFC 2595 §4).
        capabilities = await ask(wire);
      }
      way.phase = "authenticate";
      ({ loginDelayMs } = capabilities);
      if (!credentials)
        throw new NotSignedIn(`the server greets with "${foreignWords(greeting.text)}"; ${offered(capabilities)}`);
      const [on, offers] = [wire, capabilities];
      const given = { renew, signal: deadline.signal, secrets, server: { host, port } };
      const present = () => signIn(on, offers, credentials, given);
      await deadline.until(throughGate(credentials, present, refusedWords, deadline.signal));
      way.phase = "transaction";
      const follow = ({ pipelining }: Capabilities) =>
        pipelining && !pipelines.areStuck(place)
          ? on.startPipelining(() => pipelines.stuck(place))
          : on.stopPipelining();
      follow(offers);
      const now = offers.told ? askAgain(on, offers, follow) : Promise.resolve(offers);
      now.catch(() => {});
      if (!wire.together) await deadline.until(now);
      return { wire, capabilities: now, failure: (error) => failure(error, "transaction") };
    } catch (error) {
      wire?.end();
      socket?.destroy();
      deadline.signal.throwIfAborted();
      if (error instanceof NotSignedIn) throw error;
      const classified = failure(error, way.phase);
      const refused = error instanceof Refused && classified.failure.code === "AUTHENTICATION_REJECTED";
      if (credentials?.type !== "token" || !refused) throw classified;
      if (renew) throw renewedTokenRefused(classified);
      return null;
    } finally {
      deadline.signal.removeEventListener("abort", stop);
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
    throw error instanceof FailureError || error instanceof NotSignedIn ? error : failure(error, "greet");
  } finally {
    deadline.clear();
  }
}

/** What the server says where it refuses the credentials. */
function refusedWords(error: unknown): string | null {
  const isRefused = error instanceof Refused && codeOfReply(error.reply, "authenticate") === "AUTHENTICATION_REJECTED";
  return isRefused ? error.reply : null;
}

const pipelines = createStuckPipelines();

/** What the server offers (RFC 2449 §5). It need not know CAPA. */
async function ask(wire: Wire): Promise<Capabilities> {
  const answer = collectAtMost(64 * 1024, "CAPA");
  const { status } = await wire.run("CAPA", answer);
  return status === "+OK" ? readCapabilities(answer.bytes()) : untold;
}

/** The same once more; a server that does not say it a second time offers what it offered. */
async function askAgain(wire: Wire, before: Capabilities, follow: (now: Capabilities) => void): Promise<Capabilities> {
  const answer = await ask(wire);
  const now = answer.told ? answer : before;
  follow(now);
  return now;
}

/** STLS (RFC 2595 §4), required: a server that does not offer it gets no password. */
async function startTls(wire: Wire, capabilities: Capabilities): Promise<Socket> {
  // Try it even without CAPA: a refusal costs nothing.
  if (capabilities.told && !capabilities.stls) {
    const reply = "CAPA does not name STLS";
    throw new FailureError(failureOf("TLS_NOT_OFFERED", { command: "CAPA", reply }));
  }
  const { reply, socket } = await wire.handOver("STLS");
  if (!socket) throw new Refused("STLS", reply.text);
  return socket;
}

const waitedFor: Readonly<Record<DialStep, string>> = {
  resolve: "answer from the name service",
  connect: "connection",
  tls: "greeting or secure connection",
  authenticate: "greeting or answer to the sign-in",
};
