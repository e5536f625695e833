import { type ConnectOptions, refusedCredentials, throughGate } from "@mailfleet/connector-api";
import { credential, firstBytes } from "@mailfleet/connector-http";
import { type Evidence, FailureError, failureOf } from "@mailfleet/contracts";
import { createGuardedFetch, networkFailure, retryAfterMs, type Secured } from "@mailfleet/http";
import { resolveServer } from "@mailfleet/network";
import { type Refusal, refusalOfText, refusedError } from "./refusals.ts";
import { challengesIn, type Scheme, signInWith } from "./sign-in.ts";

/** After this time no answer will come. */
const ANSWER_MS = 60_000;
/** A page of 512 messages has about 300 KB, a state of changes some 100 KB. */
const ANSWER_BYTES = 8 * 1024 * 1024;
const SMALL_BYTES = 64 * 1024;
const REFUSAL_BYTES = 64 * 1024;
/** Exchange lets 27 run at once for one account, and the service account has many mailboxes. */
const AT_ONCE = 3;

/** What a request sends: in memory, or read while it is sent. */
export type Sending =
  | { readonly length: number; readonly pieces: () => Iterable<Uint8Array> }
  | { readonly length: number; readonly body: () => ReadableStream<Uint8Array> };

/** What one request may take. */
export interface Limits {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly maximumBytes?: number;
  /** The answer is read while it comes. */
  readonly streams?: boolean;
  /** An answer that leads elsewhere is given, and not refused. */
  readonly redirects?: boolean;
}

/** Requests to one address, signed in, over connections of their own. */
export interface Transport {
  readonly url: string;
  /** How requests are signed in; `null`: none was sent yet. */
  readonly scheme: Scheme | null;
  /** The server offers to take the password itself, too. */
  readonly offersBasic: boolean;
  /** TLS of the last connection; `null`: none. */
  readonly secured: Secured | null;
  /** What is taken out of the server's words. */
  readonly secrets: ReadonlySet<string>;
  /**
   * Asks without signing in. Any answer shows that something is there; gives the ways to sign in that it offers. Throws
   * `FailureError`.
   */
  reach(signal: AbortSignal): Promise<readonly Scheme[]>;
  /** Any answer but 401. Throws `FailureError`. */
  post(operation: string, sending: Sending, limits: Limits): Promise<Response>;
  evidenceOf(operation: string): Evidence;
  close(): Promise<void>;
}

/** Throws CREDENTIALS_MISSING. Connects when it is first asked. */
export function transportTo(url: string, options: ConnectOptions): Transport {
  const { server, address } = options;
  const place = placeOf(url);
  const signIn = signInWith(options);
  let offersBasic = false;
  let secured: Secured | null = null;
  /** The connection is signed in to. */
  let bound = false;
  /** The last sign-in of a connection: nothing may come between its messages. */
  let binding: Promise<unknown> = Promise.resolve();
  /** The server refused what we sign in with: it is not tried again, so that no account is locked. */
  let rejected: FailureError | null = null;
  let resolved: Promise<unknown> | null = null;
  const connect = (connections: number) =>
    createGuardedFetch({
      privateNetworks: options.allowedNetworks,
      proxy: options.proxy ?? null,
      connections,
      keepAliveMs: 30_000,
      timeoutMs: ANSWER_MS,
      ...(server.trustedCertificates && { trustedCertificates: server.trustedCertificates }),
      secured: (by) => {
        secured = by;
        bound = false;
        return weaknessOf(by, place);
      },
    });
  // What is signed in to by connection has one.
  let fetch = connect(signIn.scheme === "Basic" || signIn.scheme === "Bearer" ? AT_ONCE : 1);

  /** Parts of the installation itself are no servers of mail. */
  async function resolve() {
    resolved ??= resolveServer(place, options);
    try {
      await resolved;
    } catch (error) {
      resolved = null;
      throw error;
    }
  }

  async function once(
    operation: string,
    sending: Sending,
    authorization: string | null,
    limits: Limits,
  ): Promise<Response> {
    const { signal, timeoutMs = ANSWER_MS, maximumBytes = ANSWER_BYTES, streams, redirects = false } = limits;
    try {
      await resolve();
      return await fetch(url, {
        method: "POST",
        headers: {
          ...(authorization !== null && { authorization }),
          "content-type": "text/xml; charset=utf-8",
          "content-length": String(sending.length),
          accept: "text/xml",
          ...(address && { "x-anchormailbox": address }),
        },
        ...("body" in sending
          ? { body: sending.body(), duplex: "half" as const }
          : streams
            ? { body: Buffer.concat([...sending.pieces()]) }
            : { pieces: sending.pieces }),
        ...{ signal, timeoutMs, maximumBytes, givesRedirects: redirects, allowedPorts: options.allowedPorts },
      });
    } catch (error) {
      signal.throwIfAborted();
      throw networkFailure(error, { ...place, command: operation });
    }
  }

  async function ask(operation: string, sending: Sending, limits: Limits): Promise<Response> {
    for (let tries = 0; ; tries += 1) {
      if (rejected) throw rejected;
      const byConnection = signIn.handshake() !== null;
      const wasBound = bound;
      const carried = byConnection && !bound ? null : await credential(signIn.authorization(limits.signal));
      const response =
        byConnection && !wasBound
          ? await bind(operation, sending, limits)
          : await once(operation, sending, carried, limits);
      if (response.ok) signIn.accepted(carried);
      if (response.status !== 401) return response;
      const refusal = await readRefusal(response);
      const offered = [...challengesIn(response.headers.get("www-authenticate") ?? "").keys()];
      offersBasic ||= offered.includes("Basic");
      bound = false;
      if (byConnection && wasBound && tries === 0) continue;
      if (signIn.refused(offered, carried)) {
        if (signIn.scheme === "Basic") await reconnect();
        continue;
      }
      rejected = refusedError(refusal, evidenceOf(operation), signIn);
      throw rejected;
    }
  }

  const { credentials } = options;
  /** A large request is made in a session whose first one was accepted: nobody waits until it is uploaded. */
  const post: Transport["post"] = async (operation, sending, limits) => {
    const work = () => ask(operation, sending, limits);
    if (sending.length <= SMALL_BYTES) return throughGate(credentials, work, refusedCredentials, limits.signal);
    try {
      return await work();
    } catch (error) {
      if (refusedCredentials(error) === null) throw error;
      return throughGate(credentials, () => Promise.reject(error), refusedCredentials, limits.signal);
    }
  };

  async function reconnect() {
    await fetch.close();
    fetch = connect(AT_ONCE);
  }

  /** Signs the connection in with a request (MS-NTHT §3.1): an empty one asks for the challenge, this one answers it. */
  async function bind(operation: string, sending: Sending, limits: Limits): Promise<Response> {
    const before = binding;
    const turn = Promise.withResolvers<void>();
    binding = turn.promise;
    try {
      await before;
      if (bound) return await once(operation, sending, null, limits);
      if (rejected) throw rejected;
      const handshake = signIn.handshake();
      if (!handshake) return await once(operation, sending, null, limits);
      const asked = await once(operation, { length: 0, pieces: () => [] }, handshake.first, { signal: limits.signal });
      const offered = challengesIn(asked.headers.get("www-authenticate") ?? "");
      offersBasic ||= offered.has("Basic");
      const challenge = signIn.scheme && offered.get(signIn.scheme);
      if (asked.status !== 401 || !challenge) return asked;
      const connection = { host: new URL(url).hostname, certificate: secured?.certificate ?? null };
      const response = await once(operation, sending, handshake.answer(challenge, connection), limits);
      bound = response.status !== 401;
      return response;
    } finally {
      turn.resolve();
    }
  }

  const evidenceOf = (operation: string): Evidence => ({ ...place, command: operation });

  return {
    url,
    get scheme() {
      return signIn.scheme;
    },
    get offersBasic() {
      return offersBasic;
    },
    get secured() {
      return secured;
    },
    secrets: signIn.secrets,
    async reach(signal) {
      const response = await once("connect", { length: 0, pieces: () => [] }, null, { signal });
      if (response.status >= 500 && !isXml(response))
        throw refusedError(await readRefusal(response), evidenceOf("connect"), signIn);
      await response.body?.cancel();
      return [...challengesIn(response.headers.get("www-authenticate") ?? "").keys()];
    },
    post,
    evidenceOf,
    close: () => fetch.close(),
  };
}

/** Host and port of an address. */
export function placeOf(url: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: Number(port) || (protocol === "http:" ? 80 : 443) };
}

/** Suites without forward secrecy, or with what is broken: Exchange 2013 and later have better ones. */
const weakSuite = /^TLS_RSA_|_(RC4|3DES|DES|NULL|EXPORT|anon)_|_SHA$|_MD5$/;

/** What is wrong with how a connection is secured; `null`: nothing. */
function weaknessOf({ protocol, cipher }: Secured, place: Evidence): FailureError | null {
  if (!weakSuite.test(cipher)) return null;
  return new FailureError(failureOf("TLS_TOO_WEAK", { ...place, reply: `${protocol}, ${cipher}` }));
}

/** Exchange reports faults as XML with status 500. Anything else in another form is another server's. */
export function isXml({ status, headers }: Response): boolean {
  return (status === 200 || status === 500) && /\bxml\b/i.test(headers.get("content-type") ?? "");
}

/** An answer that says no, in its own words. */
export async function readRefusal(response: Response): Promise<Refusal> {
  const text = await firstBytes(response, REFUSAL_BYTES);
  return refusalOfText(response.status, text, retryAfterMs(response.headers, Date.now()));
}
