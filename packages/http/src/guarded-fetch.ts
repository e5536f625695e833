import { setTimeout as pause } from "node:timers/promises";
import { getCACertificates } from "node:tls";
import { type Evidence, type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import { type Network, parseNetwork, readPrivateNetworks } from "@mailfleet/network";
import { Agent, type RequestInit as ClientInit, fetch } from "undici";
import { type Deadline, startDeadline } from "./deadline.ts";
import { evidenceOf, portOf } from "./evidence.ts";
import { exchange, mayExchange } from "./exchange.ts";
import { guardedConnector, type Secured } from "./guarded-connector.ts";
import { limitedBody } from "./limited-body.ts";
import { networkFailure, type RequestPhase } from "./network-failure.ts";
import type { HttpProxy } from "./proxy.ts";
import { stoppableBody } from "./stoppable-body.ts";

/** What a request may specify in addition to what `fetch` takes. */
export type GuardedInit = RequestInit & {
  /** Time limit from the call to the end of the answer's body, in milliseconds. */
  timeoutMs?: number;
  /** Size limit of the answer, decompressed. */
  maximumBytes?: number;
  /** Ports that may be connected to; `null` or absent: all. */
  allowedPorts?: readonly number[] | null;
  /**
   * The body in memory, instead of `body`: begun anew at each request. The answer is read as a whole before it is given,
   * which takes a fraction of the time where both are small.
   */
  pieces?: () => Iterable<Uint8Array>;
  /** An answer that leads elsewhere is given to the caller, who judges it, instead of REDIRECT_REFUSED. Never followed. */
  givesRedirects?: boolean;
};

/**
 * A `fetch` that connects only where it may, follows no redirect, and keeps its limits of time and size. Throws
 * `FailureError`, or the caller's own reason if the caller's signal stopped it.
 */
export type GuardedFetch = (url: string | URL | Request, init?: GuardedInit) => Promise<Response>;

/** What applies to all requests of one client. */
export interface GuardedFetchOptions {
  /** CIDRs of private networks that may be connected to, also by plain HTTP. */
  readonly privateNetworks?: readonly string[];
  /** PEM of private authorities, trusted beside the public ones. */
  readonly trustedCertificates?: string;
  readonly timeoutMs?: number;
  readonly maximumBytes?: number;
  /** Requests at the same time to one origin. More of them wait. */
  readonly connections?: number;
  /** How long an idle connection is kept, in milliseconds; longer for servers that are signed in to by connection. */
  readonly keepAliveMs?: number;
  /** What is not reached directly goes through this proxy. */
  readonly proxy?: HttpProxy | null;
  /** Judges each connection once it is secured, before anything is sent: an error refuses it. */
  readonly secured?: (by: Secured) => FailureError | null;
}

const defaultTimeoutMs = 30_000;
/** Part of the whole: until the connection is ready, including TLS. */
const longestConnectMs = 10_000;
/** Part of the whole: silence in the middle of an answer. */
const longestSilenceMs = 30_000;
const defaultMaximumBytes = 8 * 1024 * 1024;
const maximumHeaderBytes = 32 * 1024;
const defaultConnections = 32;
/** Shorter than servers and load balancers keep connections, so that a request rarely meets one that is closing. */
const keepAliveMs = 4000;
const longestCloseMs = 2000;

/** A client with its own connections. `close` ends them, including requests under way. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch & { close(): Promise<void> } {
  const { timeoutMs = defaultTimeoutMs, maximumBytes = defaultMaximumBytes, trustedCertificates } = options;
  const allowed = readPrivateNetworks((options.privateNetworks ?? []).join(","))
    .map(parseNetwork)
    .filter((network): network is Network => network !== null);
  const agent = new Agent({
    connect: guardedConnector({
      allowed,
      certificates: trustedCertificates ? [...getCACertificates("default"), trustedCertificates] : undefined,
      timeoutMs: Math.min(longestConnectMs, timeoutMs),
      proxy: options.proxy ?? null,
      secured: options.secured,
    }),
    connections: options.connections ?? defaultConnections,
    pipelining: 1,
    allowH2: false,
    // A large message may take long to upload, so only the overall limit applies until the answer begins.
    headersTimeout: 0,
    bodyTimeout: Math.min(longestSilenceMs, timeoutMs),
    maxHeaderSize: maximumHeaderBytes,
    keepAliveTimeout: options.keepAliveMs ?? keepAliveMs,
    keepAliveMaxTimeout: options.keepAliveMs ?? keepAliveMs,
  });

  const guarded: GuardedFetch = async (input, init = {}) => {
    const request = input instanceof Request ? input : null;
    const method = (init.method ?? request?.method ?? "GET").toUpperCase();
    const url = checkUrl(input instanceof Request ? input.url : String(input), init.allowedPorts ?? null);
    const evidence = evidenceOf(url, method);
    const whole = init.timeoutMs ?? timeoutMs;
    const deadline = startDeadline(whole, init.signal ?? request?.signal);
    const limit = init.maximumBytes ?? maximumBytes;
    const tooLarge = () => refuse("ANSWER_TOO_LARGE", evidence, `the answer has more than ${limit} bytes`);
    if (init.pieces && mayExchange(url)) {
      let phase: RequestPhase = "waiting";
      try {
        const response = await exchange(agent, {
          ...{ url, method, headers: headersOf(init.headers), pieces: init.pieces(), signal: deadline.signal },
          ...{ maximumBytes: limit, tooLarge },
          answered: () => {
            phase = "reading";
          },
        });
        const refusal = init.givesRedirects ? null : redirectRefusal(response, evidence, url);
        if (refusal) throw refusal;
        return response;
      } catch (thrown) {
        throw reasonOf(thrown, deadline, whole, evidence, phase);
      } finally {
        deadline.end();
      }
    }
    const given = init.pieces ? ReadableStream.from(init.pieces()) : (init.body ?? (await request?.arrayBuffer()));
    const streamed = given instanceof ReadableStream ? stoppableBody(given) : null;
    const failed = (phase: RequestPhase) => (thrown: unknown) => reasonOf(thrown, deadline, whole, evidence, phase);
    try {
      const answer = await fetch(url, {
        method,
        headers: headersOf(init.headers ?? request?.headers),
        body: bodyOf(streamed?.stream ?? given, method),
        duplex: "half",
        redirect: "manual",
        signal: deadline.signal,
        dispatcher: agent,
      });
      const refusal =
        (init.givesRedirects ? null : redirectRefusal(answer, evidence, url)) ??
        (method !== "HEAD" && isDeclaredLarger(answer.headers, limit) ? tooLarge() : null);
      if (refusal) {
        await answer.body?.cancel().catch(() => undefined);
        throw refusal;
      }
      if (!answer.body) deadline.end();
      const body =
        answer.body &&
        limitedBody(answer.body as ReadableStream<Uint8Array>, {
          maximumBytes: limit,
          tooLarge,
          failure: failed("reading"),
          done: deadline.end,
        });
      const { status, statusText } = answer;
      const response = new Response(body, { status, statusText, headers: [...answer.headers] });
      return Object.defineProperty(response, "url", { value: url.href });
    } catch (thrown) {
      streamed?.stop();
      const reason = failed("waiting")(thrown);
      deadline.end();
      throw reason;
    }
  };
  return Object.assign(guarded, {
    close: async () => {
      // A service that stops does not wait for a socket that does not close.
      const stop = new AbortController();
      const enough = pause(longestCloseMs, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([agent.destroy(), enough]);
      stop.abort();
    },
  });
}

function redirectRefusal(
  { status, headers }: { status: number; headers: { get(name: string): string | null } },
  evidence: Evidence,
  url: URL,
): FailureError | null {
  if (status < 300 || status >= 400 || status === 304) return null;
  return refuse("REDIRECT_REFUSED", evidence, redirectWords(status, headers.get("location"), url));
}

function checkUrl(text: string, allowedPorts: readonly number[] | null): URL {
  const url = URL.parse(text);
  if (!url) throw refuse("ADDRESS_NOT_ALLOWED", {}, "this is not a URL");
  const evidence = evidenceOf(url);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refuse("ADDRESS_NOT_ALLOWED", evidence, `only https URLs are allowed, not ${url.protocol.slice(0, 50)}`);
  if (url.username || url.password)
    throw refuse("ADDRESS_NOT_ALLOWED", evidence, "a URL must have no user name and no password");
  const port = portOf(url);
  if (allowedPorts !== null && !allowedPorts.includes(port))
    throw refuse("PORT_NOT_ALLOWED", evidence, `allowed outbound ports: ${allowedPorts.join(", ")}; not ${port}`);
  return url;
}

function refuse(code: FailureCode, evidence: Evidence, reply: string): FailureError {
  return new FailureError(failureOf(code, { ...evidence, reply: reply.slice(0, 500) }));
}

/** What the caller is told: their own reason, that the time is over, or what the network did. */
function reasonOf(
  thrown: unknown,
  deadline: Deadline,
  whole: number,
  evidence: Evidence,
  phase: RequestPhase,
): unknown {
  if (thrown instanceof FailureError || !deadline.signal.aborted) return networkFailure(thrown, evidence, phase);
  const { reason } = deadline.signal;
  if (deadline.isOver()) return refuse("CONNECTION_TIMEOUT", evidence, `no complete answer within ${whole} ms`);
  if (reason instanceof DOMException && reason.name === "TimeoutError")
    return refuse("CONNECTION_TIMEOUT", evidence, "no complete answer before the deadline");
  return reason;
}

function headersOf(init: ConstructorParameters<typeof Headers>[0]): [string, string][] {
  const headers = new Headers(init);
  // Google compresses only for clients that also say so here.
  if (!headers.has("user-agent")) headers.set("user-agent", "mailfleet (gzip)");
  return [...headers];
}

/** Strings, bytes and streams pass unchanged: a stream is neither buffered nor sent twice. */
function bodyOf(body: RequestInit["body"] | ArrayBuffer, method: string): ClientInit["body"] {
  return method === "GET" || method === "HEAD" ? null : ((body ?? null) as ClientInit["body"]);
}

/** An honest Content-Length saves reading the body. It says nothing about a compressed one. */
function isDeclaredLarger(headers: { get(name: string): string | null }, limit: number): boolean {
  return !headers.get("content-encoding") && Number(headers.get("content-length") ?? 0) > limit;
}

function redirectWords(status: number, location: string | null, from: URL): string {
  const to = location === null ? null : URL.parse(location, from.href);
  return `${status}, to ${to ? `${to.protocol}//${to.host}${to.pathname}` : "nowhere"}`;
}
