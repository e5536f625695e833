import type { ConnectOptions } from "@mailfleet/connector-api";
import { type Evidence, FailureError, failureOf } from "@mailfleet/contracts";
import { createGuardedFetch, networkFailure, retryAfterMs, type Secured } from "@mailfleet/http";
import { bareHost, resolveServer } from "@mailfleet/network";
import { base64Stream } from "./base64-stream.ts";
import { faultIn, type Refusal, refusalIn, refusalOfText, refusedError } from "./refusals.ts";
import { envelope, getMime, type Whose } from "./requests.ts";
import { challengesIn, type Scheme, signInWith } from "./sign-in.ts";
import { XmlError, xmlReader } from "./xml-reader.ts";
import { findElement, treeBuilder, type XmlElement } from "./xml-tree.ts";

/** After this time no answer will come. */
const ANSWER_MS = 60_000;
/** A page of 512 messages has about 300 KB, a state of changes some 100 KB. */
const ANSWER_BYTES = 8 * 1024 * 1024;
const REFUSAL_BYTES = 64 * 1024;
/** The largest message that is taken in, in base64, and what is around it. */
const MIME_BYTES = 180 * 1024 * 1024;
const MIME_MS = 15 * 60_000;
/** Exchange lets 27 run at once for one account, and the service account has many mailboxes. */
const AT_ONCE = 3;

/** What a request sends: in memory, or read while it is sent. */
export type Sending =
  | { readonly length: number; readonly pieces: () => Iterable<Uint8Array> }
  | { readonly length: number; readonly body: () => ReadableStream<Uint8Array> };

/** Exchange Web Services for one mailbox, over connections of its own. */
export interface EwsApi {
  readonly whose: Whose;
  /** Where it is, for people. */
  readonly url: string;
  /** How requests are signed in; `null`: none was sent yet. */
  readonly scheme: Scheme | null;
  /** The server offers to take the password itself, too. */
  readonly offersBasic: boolean;
  /** What the server says it is, such as `15.2.1544`; `null`: nothing yet. */
  readonly version: string | null;
  /** TLS of the last connection; `null`: none. */
  readonly secured: { readonly protocol: string; readonly cipher: string } | null;
  /** Asks without signing in. Any answer shows that something is there. Throws `FailureError`. */
  reach(signal: AbortSignal): Promise<void>;
  /** The first response message. Throws `RefusedError` for a refusal, else `FailureError`. */
  ask(operation: string, body: string, signal: AbortSignal): Promise<XmlElement>;
  /** The same for a request that sends a message, in the envelope that it was made with. */
  send(operation: string, sending: Sending, signal: AbortSignal, timeoutMs: number): Promise<XmlElement>;
  /** A message as MIME, while it is read. Throws as `ask` does. */
  mime(id: string, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** The failure for an error while an answer was read. */
  failure(thrown: unknown, operation: string): FailureError;
  close(): Promise<void>;
}

/** Where Exchange Web Services are. */
export function urlOf({ server: { host, port, security, apiUrl } }: ConnectOptions): string {
  if (apiUrl) return apiUrl;
  return new URL(`${security === "none" ? "http" : "https"}://${host}:${port}/EWS/Exchange.asmx`).href;
}

/** Throws CREDENTIALS_MISSING. Connects when it is first asked. */
export function ewsApi(options: ConnectOptions): EwsApi {
  const { server, address } = options;
  const place: Evidence = { host: server.host, port: server.port };
  const whose: Whose = { address, access: server.access ?? "own" };
  const url = urlOf(options);
  refuseAnotherPlace(url, options);
  const signIn = signInWith(options);
  let offersBasic = false;
  let version: string | null = null;
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
  const resolve = () => {
    const { hostname, port, protocol } = new URL(url);
    const host = { host: hostname, port: Number(port) || (protocol === "http:" ? 80 : 443) };
    resolved ??= resolveServer(host, options);
    return resolved;
  };

  async function once(
    operation: string,
    sending: Sending,
    authorization: string | null,
    limits: Limits,
  ): Promise<Response> {
    const { signal, timeoutMs = ANSWER_MS, maximumBytes = ANSWER_BYTES, streams } = limits;
    try {
      await resolve();
      return await fetch(url, {
        method: "POST",
        headers: {
          ...(authorization !== null && { authorization }),
          "content-type": "text/xml; charset=utf-8",
          "content-length": String(sending.length),
          accept: "text/xml",
          "x-anchormailbox": address,
        },
        ...("body" in sending
          ? { body: sending.body(), duplex: "half" as const }
          : streams
            ? { body: Buffer.concat([...sending.pieces()]) }
            : { pieces: sending.pieces }),
        ...{ signal, timeoutMs, maximumBytes, allowedPorts: options.allowedPorts },
      });
    } catch (error) {
      signal.throwIfAborted();
      throw networkFailure(error, { ...place, command: operation });
    }
  }

  async function post(operation: string, sending: Sending, limits: Limits): Promise<Response> {
    for (let tries = 0; ; tries += 1) {
      if (rejected) throw rejected;
      const byConnection = signIn.handshake() !== null;
      const wasBound = bound;
      const response =
        byConnection && !bound
          ? await bind(operation, sending, limits)
          : await once(operation, sending, await signIn.authorization(limits.signal), limits);
      if (response.status !== 401) return response;
      const refusal = await readRefusal(response);
      const offered = [...challengesIn(response.headers.get("www-authenticate") ?? "").keys()];
      offersBasic ||= offered.includes("Basic");
      bound = false;
      if (byConnection && wasBound && tries === 0) continue;
      if (signIn.refused(offered)) {
        if (signIn.scheme === "Basic") await reconnect();
        continue;
      }
      rejected = refusedError(refusal, evidenceOf(operation));
      throw rejected;
    }
  }

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
  const refused = (refusal: Refusal, operation: string, purpose?: "send") =>
    refusedError(refusal, evidenceOf(operation), purpose ?? (whose.access === "delegation" ? "delegation" : "read"));

  /** Reads an answer as it comes; gives what `streamed` took after each piece of it. */
  async function* read(
    operation: string,
    response: Response,
    streamed?: Parameters<typeof treeBuilder>[0],
  ): AsyncGenerator<undefined, XmlElement> {
    const reader = xmlReader();
    const tree = treeBuilder(streamed);
    try {
      for await (const piece of response.body ?? []) {
        tree.add(reader.write(piece));
        yield;
      }
      reader.end();
      return tree.root;
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      throw malformed(operation, error.message);
    }
  }

  /** The response message of an answer, or why there is none. */
  function messageIn(operation: string, document: XmlElement, status: number, purpose?: "send"): XmlElement {
    checkVersion(operation, document);
    const fault = faultIn(document, status);
    if (fault) throw refused(fault, operation, purpose);
    const body = findElement(document, "Body");
    // gromox answers SendItem with Responses.
    const message = (findElement(body, "ResponseMessages") ?? findElement(body, "Responses"))?.children[0];
    if (!message) throw malformed(operation, "the answer has no response message");
    const refusal = refusalIn(message, status);
    if (refusal) throw refused(refusal, operation, purpose);
    return message;
  }

  function checkVersion(operation: string, document: XmlElement): void {
    const { attributes } = findElement(findElement(document, "Header"), "ServerVersionInfo") ?? {};
    if (!attributes) return;
    const numbers = ["MajorVersion", "MinorVersion", "MajorBuildNumber"].map((name) => Number(attributes[name]));
    if (numbers.some(Number.isNaN)) return;
    version = numbers.join(".");
    if (isOlder(numbers, oldest))
      throw new FailureError(
        failureOf("EXCHANGE_TOO_OLD", { ...evidenceOf(operation), reply: `the server is Exchange ${version}` }),
      );
  }

  const malformed = (operation: string, reply: string) =>
    new FailureError(failureOf("PROTOCOL_ERROR", { ...evidenceOf(operation), reply }));

  async function answerOf(operation: string, sending: Sending, limits: Limits, purpose?: "send"): Promise<XmlElement> {
    const response = await post(operation, sending, limits);
    if (!isXml(response)) throw refused(await readRefusal(response), operation, purpose);
    const reading = read(operation, response);
    for (;;) {
      const { value, done } = await reading.next();
      if (done) return messageIn(operation, value, response.status, purpose);
    }
  }

  const inMemory = (body: string): Sending => {
    const bytes = Buffer.from(envelope(whose, body));
    return { length: bytes.length, pieces: () => [bytes] };
  };

  return {
    whose,
    url,
    get scheme() {
      return signIn.scheme;
    },
    get offersBasic() {
      return offersBasic;
    },
    get version() {
      return version;
    },
    get secured() {
      return secured;
    },
    async reach(signal) {
      const response = await once("connect", { length: 0, pieces: () => [] }, null, { signal });
      if (response.status >= 500 && !isXml(response)) throw refused(await readRefusal(response), "connect");
      await response.body?.cancel();
    },
    ask: (operation, body, signal) => answerOf(operation, inMemory(body), { signal }),
    send: (operation, sending, signal, timeoutMs) => answerOf(operation, sending, { signal, timeoutMs }, "send"),
    async *mime(id, signal) {
      const operation = "GetItem";
      const limits = { signal, timeoutMs: MIME_MS, maximumBytes: MIME_BYTES, streams: true };
      const response = await post(operation, inMemory(getMime(id)), limits);
      if (!isXml(response)) throw refused(await readRefusal(response), operation);
      const base64 = base64Stream();
      let decoded: Uint8Array[] = [];
      const take = (text: string) => decoded.push(base64.write(text));
      const reading = read(operation, response, { name: "MimeContent", take });
      for (;;) {
        const { value, done } = await reading.next();
        if (done) decoded.push(base64.end());
        const ready = decoded;
        decoded = [];
        for (const piece of ready) if (piece.length > 0) yield piece;
        if (!done) continue;
        messageIn(operation, value, response.status);
        return;
      }
    },
    failure: (thrown, operation) => networkFailure(thrown, evidenceOf(operation)),
    close: () => fetch.close(),
  };
}

/** Credentials are for the host and port of the profile. */
function refuseAnotherPlace(url: string, { server: { host, port } }: ConnectOptions): void {
  const named = URL.parse(url);
  const namedPort = Number(named?.port) || (named?.protocol === "http:" ? 80 : 443);
  if (named && bareHost(named.hostname) === bareHost(host.toLowerCase()) && namedPort === port) return;
  const reply = `the address of the API is at ${named?.host ?? "no host"}, and the profile is for ${host}:${port}`;
  throw new FailureError(failureOf("CREDENTIALS_FOR_ANOTHER_SERVER", { host, port, reply }));
}

interface Limits {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly maximumBytes?: number;
  /** The answer is read while it comes. */
  readonly streams?: boolean;
}

/** Suites without forward secrecy, or with what is broken: Exchange 2013 and later have better ones. */
const weakSuite = /^TLS_RSA_|_(RC4|3DES|DES|NULL|EXPORT|anon)_|_SHA$|_MD5$/;

/** What is wrong with how a connection is secured; `null`: nothing. */
function weaknessOf({ protocol, cipher }: Secured, place: Evidence): FailureError | null {
  if (!weakSuite.test(cipher)) return null;
  return new FailureError(failureOf("TLS_TOO_WEAK", { ...place, reply: `${protocol}, ${cipher}` }));
}

/** Exchange 2013 SP1 (15.0.847). */
const oldest = [15, 0, 847];

function isOlder(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((number, place) => number !== other[place]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

/** Exchange reports faults as XML with status 500. Anything else in another form is another server's. */
function isXml({ status, headers }: Response): boolean {
  return (status === 200 || status === 500) && /\bxml\b/i.test(headers.get("content-type") ?? "");
}

async function readRefusal(response: Response): Promise<Refusal> {
  const held: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of response.body ?? []) {
      held.push(piece);
      size += piece.byteLength;
      if (size >= REFUSAL_BYTES) break;
    }
  } catch {
    // What arrived is enough evidence.
  }
  const text = Buffer.concat(held).subarray(0, REFUSAL_BYTES).toString("utf8");
  return refusalOfText(response.status, text, retryAfterMs(response.headers, Date.now()));
}
