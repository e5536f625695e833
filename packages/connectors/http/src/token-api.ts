import type { ConnectOptions } from "@mailfleet/connector-api";
import { type Evidence, FailureError, failureOf, type Secret } from "@mailfleet/contracts";
import { type GuardedFetch, networkFailure } from "@mailfleet/http";
import { credential } from "./not-asked.ts";
import type { Purpose, Refusal, RefusalContext, RefusedError } from "./refusal.ts";

/** After this time no answer will come. */
const ANSWER_MS = 60_000;
/** Lists have pages. Only messages are larger, and their requests say so. */
const ANSWER_BYTES = 2 * 1024 * 1024;
const REFUSAL_BYTES = 16 * 1024;

/** One request. */
export interface ApiRequest {
  /** The API's name of the method for the evidence, e.g. `messages.list`. */
  readonly method: string;
  /** Path and query below the root, or a whole URL below it. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly purpose?: Purpose;
  /** Fields of the header besides those of the token and the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What is sent; a request without it is a GET. */
  readonly post?: {
    /** `POST` unless given. */
    readonly verb?: "POST" | "PUT" | "PATCH" | "DELETE";
    readonly contentType?: string;
    readonly length?: number;
    /** What is read while it is sent. */
    readonly body?: () => RequestInit["body"];
    /** Instead of it, what is in memory; the answer is small then. */
    readonly pieces?: () => Iterable<Uint8Array>;
  };
  /** Sent without the token: to an address that the API made for this one upload. */
  readonly withoutToken?: boolean;
  readonly timeoutMs?: number;
  readonly maximumBytes?: number;
}

/** An API over HTTP for one mailbox, with its token. */
export interface TokenApi {
  readonly root: string;
  /**
   * Sends a request, and once more with a renewed token if the first was refused. Resolves with the head of a 2xx
   * answer; anything else is a `RefusedError`, a network fault a `FailureError`.
   */
  ask(request: ApiRequest): Promise<Response>;
  /** Asks without a token. Any answer below 500 shows that the API is there. Throws `FailureError`. */
  reach(signal: AbortSignal): Promise<void>;
  /** Makes sure that there is a token. Throws `FailureError`. */
  signIn(signal: AbortSignal): Promise<void>;
  /** Tells that an answer refused the token of the last request: the next request uses a new one. */
  refuseToken(): void;
  /** The evidence for a refusal inside an answer. */
  refusalContext(method: string): RefusalContext;
  /** The failure for an error while an answer was read. */
  failure(thrown: unknown, method: string): FailureError;
}

/** What is particular to one API. */
export interface ApiFacts {
  /** The provider's own root, for servers that name none. */
  readonly root: string;
  /** A path that answers any request, though it may refuse it. */
  readonly reachPath: string;
  /** What a refusal means. */
  readonly refused: (refusal: Refusal, context: RefusalContext) => RefusedError;
}

/** Throws CREDENTIALS_MISSING if the credentials give no token. */
export function tokenApi(fetch: GuardedFetch, options: ConnectOptions, facts: ApiFacts): TokenApi {
  const { credentials, server } = options;
  if (credentials?.type !== "token") throw new FailureError(failureOf("CREDENTIALS_MISSING"));
  const root = server.apiUrl ?? facts.root;
  const place: Evidence = { host: server.host, port: server.port };
  let held: HeldToken | null = null;
  let refused = false;
  let last: Secret | null = null;

  /** Simultaneous requests share one token and one renewal, even if the first caller gives up. */
  async function token(signal: AbortSignal): Promise<{ bearer: Secret; from: HeldToken }> {
    for (;;) {
      const asked = held === null || refused ? askForToken(signal) : held;
      try {
        return { bearer: await asked.promise, from: asked };
      } catch (error) {
        signal.throwIfAborted();
        if (!asked.signal.aborted) throw error;
      }
    }
  }

  const askForToken = (signal: AbortSignal): HeldToken => {
    const renew = refused;
    const asked = { promise: credentials.accessToken({ renew, signal }), signal };
    held = asked;
    refused = false;
    asked.promise.catch(() => {
      if (held !== asked) return;
      held = null;
      refused = renew;
    });
    return asked;
  };

  async function once(request: ApiRequest, bearer: Secret | null): Promise<Response> {
    const { post, method, signal } = request;
    try {
      return await fetch(new URL(request.path, root).href, {
        method: post ? (post.verb ?? "POST") : "GET",
        headers: {
          ...request.headers,
          ...(bearer && { authorization: `Bearer ${bearer.reveal()}` }),
          accept: "*/*",
          ...(post?.contentType && { "content-type": post.contentType }),
          ...(post?.length !== undefined && { "content-length": String(post.length) }),
        },
        ...(post?.body && { body: post.body(), duplex: "half" as const }),
        ...(post?.pieces && { pieces: post.pieces }),
        signal,
        timeoutMs: request.timeoutMs ?? ANSWER_MS,
        maximumBytes: request.maximumBytes ?? ANSWER_BYTES,
        allowedPorts: options.allowedPorts,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw networkFailure(error, { ...place, command: method });
    }
  }

  function contextOf(method: string, purpose: Purpose = "read", bearer = last): RefusalContext {
    return {
      evidence: { ...place, command: method },
      purpose,
      now: Date.now(),
      ...(bearer && { token: bearer.reveal() }),
    };
  }

  async function ask(request: ApiRequest): Promise<Response> {
    for (let renewed = false; ; renewed = true) {
      const { bearer, from } = await credential(token(request.signal));
      last = bearer;
      const response = await once(request, request.withoutToken ? null : bearer);
      if (response.ok) return response;
      const refusal = await readRefusal(response);
      if (response.status === 401 && !renewed && !request.withoutToken) {
        // Not if another request has renewed it meanwhile.
        if (held === from) refused = true;
        continue;
      }
      throw facts.refused(refusal, contextOf(request.method, request.purpose, bearer));
    }
  }

  return {
    root,
    ask,
    reach: async (signal) => {
      const request = { method: "connect", path: facts.reachPath, signal };
      const response = await once(request, null);
      const refusal = await readRefusal(response);
      if (response.status >= 500) throw facts.refused(refusal, contextOf(request.method));
    },
    signIn: async (signal) => {
      await token(signal);
    },
    refuseToken: () => {
      refused = true;
    },
    refusalContext: (method) => contextOf(method),
    failure: (thrown, method) => networkFailure(thrown, { ...place, command: method }),
  };
}

interface HeldToken {
  readonly promise: Promise<Secret>;
  /** Of the request that asked for it. */
  readonly signal: AbortSignal;
}

async function readRefusal(response: Response): Promise<Refusal> {
  const body = await firstBytes(response, REFUSAL_BYTES);
  return { status: response.status, body, retryAfter: response.headers.get("retry-after") };
}

/** The beginning of an answer as text. Errors while reading are ignored. */
export async function firstBytes(response: Response, most: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of response.body ?? []) {
      pieces.push(piece);
      length += piece.byteLength;
      if (length >= most) break;
    }
  } catch {
    // What arrived is enough evidence.
  }
  return Buffer.concat(pieces).subarray(0, most).toString("utf8");
}
