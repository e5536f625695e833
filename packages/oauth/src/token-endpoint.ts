import { FailureError, failureOf, Secret } from "@mailfleet/contracts";
import { decodeJwt } from "jose";
import {
  type AuthorizationServer,
  allowInsecureRequests,
  clockTolerance,
  customFetch,
  genericTokenEndpointRequest,
  getValidatedIdTokenClaims,
  type IDToken,
  JWT_TIMESTAMP_CHECK,
  OperationProcessingError,
  processGenericTokenEndpointResponse,
} from "oauth4webapi";
import { type ClientProof, proveClient } from "./client-authentication.ts";
import type { Client, RequestPorts } from "./ports.ts";
import { type GrantKind, type RefusalContext, type RefusedAnswer, tokenFailure } from "./token-failure.ts";

/** Time limit of one request to the token endpoint. Two fit into the lease of a refresh (30 s). */
const requestMs = 10_000;
/** An answer with tokens has a few kilobytes. */
const maximumBytes = 256 * 1024;
/** Clocks differ. The providers allow as much. */
const clockToleranceSeconds = 300;
/** If a server does not say how long its token is valid (RFC 6749 §5.1 only recommends it). */
const usualLifetimeSeconds = 600;

/** What is asked for. */
export interface TokenRequest {
  readonly kind: GrantKind;
  /** As the standards name it, e.g. `refresh_token`. */
  readonly grantType: string;
  readonly parameters: Readonly<Record<string, string | Secret>>;
  readonly signal: AbortSignal;
  /** If the caller has opened it already. */
  readonly proof?: ClientProof;
}

/** A successful answer. Times are milliseconds since the epoch. */
export interface TokenAnswer {
  readonly accessToken: Secret;
  readonly endsAt: number;
  readonly refreshToken: Secret | null;
  /** When the refresh token ends, if the server says. */
  readonly refreshEndsAt: number | null;
  /** `null`: as asked for (RFC 6749 §5.1). */
  readonly scopes: string[] | null;
  /** Checked claims of the id token; sign-ins only. */
  readonly claims: IDToken | null;
}

/**
 * Asks the token endpoint, once more if it refused a certificate and the key vault has another one. Throws `FailureError`. The claims of an id token are checked. Its signature is not: the
 * token comes from the token endpoint itself, over TLS (OpenID Connect Core §3.1.3.7).
 */
export async function requestToken(ports: RequestPorts, client: Client, request: TokenRequest): Promise<TokenAnswer> {
  const proof = request.proof ?? (await proveClient(ports, client, request.signal));
  try {
    return await requestOnce(ports, client, request, proof);
  } catch (error) {
    const isRefused = error instanceof FailureError && error.failure.code === "CLIENT_REJECTED";
    const another = isRefused ? await proof.another?.() : null;
    if (!another) throw error;
    return requestOnce(ports, client, request, another);
  }
}

async function requestOnce(
  ports: RequestPorts,
  client: Client,
  request: TokenRequest,
  proof: ClientProof,
): Promise<TokenAnswer> {
  const given = Object.values(request.parameters).filter((value) => value instanceof Secret);
  const plain = Object.entries(request.parameters).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);
  const response = await genericTokenEndpointRequest(
    serverOf(client),
    { client_id: client.clientId },
    proof.authenticate,
    request.grantType,
    plain,
    requestOptions(ports, client.tokenEndpoint, request.signal),
  ).catch((error: unknown) => {
    throw unaskable(error, request.signal);
  });
  const { kind } = request;
  const context = {
    client,
    kind,
    url: client.tokenEndpoint,
    now: ports.now(),
    secrets: [...given, ...proof.secrets],
  };
  return readToken(await readAnswer(response), context);
}

/** What the library needs to make our request. It allows plain HTTP; the guarded fetch then decides. */
export function requestOptions({ fetch }: Pick<RequestPorts, "fetch">, endpoint: string, signal: AbortSignal) {
  return {
    signal,
    [customFetch]: (url: string, init: RequestInit) => fetch(url, { ...init, timeoutMs: requestMs, maximumBytes }),
    [allowInsecureRequests]: endpoint.startsWith("http:"),
  };
}

/** The authorization server as the library knows it. */
export function serverOf(client: Client, issuer = client.issuer): AuthorizationServer {
  return {
    issuer,
    token_endpoint: client.tokenEndpoint,
    ...(client.deviceAuthorizationEndpoint && { device_authorization_endpoint: client.deviceAuthorizationEndpoint }),
  };
}

/** An answer with its whole body. */
export async function readAnswer(response: Response): Promise<RefusedAnswer> {
  const body = await response.text();
  return { status: response.status, headers: response.headers, body, json: parseObject(body) };
}

/** Reads the answer of a token endpoint. Throws `FailureError`. */
export async function readToken(answer: RefusedAnswer, context: RefusalContext): Promise<TokenAnswer> {
  if (answer.status !== 200 || !answer.json) {
    if (answer.status === 200) throw notUnderstood("the answer is not a JSON object");
    throw new FailureError(tokenFailure(answer, context));
  }
  const { client, kind, now } = context;
  const signsIn = kind === "code" || kind === "device";
  const { id_token: idToken, ...rest } = answer.json;
  // Who signed in matters at sign-in only. A wrong clock must not prevent a token from being renewed.
  const body = signsIn && idToken !== undefined ? { ...rest, id_token: idToken } : rest;
  const response = Response.json(body);
  const server = serverOf(client, expectedIssuer(client, idToken));
  const parsed = await processGenericTokenEndpointResponse(
    server,
    // A service account has no client id, and the library wants one.
    { client_id: client.clientId || kind, [clockTolerance]: clockToleranceSeconds },
    response,
  ).catch((error: unknown) => {
    throw refusedToken(error);
  });
  const inSeconds = (seconds: number) => now + Math.floor(seconds * 1000);
  const refreshSeconds = Number(parsed.refresh_token_expires_in ?? Number.NaN);
  return {
    accessToken: new Secret(parsed.access_token),
    endsAt: inSeconds(parsed.expires_in ?? usualLifetimeSeconds),
    refreshToken: parsed.refresh_token ? new Secret(parsed.refresh_token) : null,
    refreshEndsAt: refreshSeconds >= 0 ? inSeconds(refreshSeconds) : null,
    scopes: parsed.scope?.split(" ").filter(Boolean) ?? null,
    claims: getValidatedIdTokenClaims(parsed) ?? null,
  };
}

/**
 * Microsoft signs with the issuer of the user's own directory, named by its id. An application for several directories,
 * or one that names its directory by a domain, learns the id from the token.
 */
function expectedIssuer({ provider, issuer }: Client, idToken: unknown): string {
  if (provider !== "microsoft" || typeof idToken !== "string") return issuer;
  const named = /^(https?:\/\/[^/]+)\/([^/]+)(\/.*)$/.exec(issuer);
  if (!named || /^[0-9a-f-]{36}$/i.test(named[2] ?? "")) return issuer;
  try {
    const { tid } = decodeJwt(idToken);
    return typeof tid === "string" && /^[0-9a-f-]{36}$/i.test(tid) ? `${named[1]}/${tid}${named[3]}` : issuer;
  } catch {
    return issuer;
  }
}

/** What the library refuses before it asks: a missing or invalid endpoint or client id. */
export function unaskable(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof FailureError || signal.aborted) return error;
  const reply = error instanceof Error ? error.message.slice(0, 300) : "the request cannot be made";
  return new FailureError(failureOf("OAUTH_REFUSED", { reply: `not asked: ${reply}` }));
}

/** The library's error holds the answer with its tokens, so we keep only its text. */
function refusedToken(error: unknown): FailureError {
  if (error instanceof OperationProcessingError && error.code === JWT_TIMESTAMP_CHECK)
    return new FailureError(failureOf("CLOCK_DIFFERS", { reply: error.message.slice(0, 300) }));
  return notUnderstood(error instanceof Error ? error.message : "the answer cannot be read");
}

function notUnderstood(reply: string): FailureError {
  return new FailureError(failureOf("PROTOCOL_ERROR", { reply: `token endpoint: ${reply}`.slice(0, 300) }));
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return json && typeof json === "object" && !Array.isArray(json) ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
