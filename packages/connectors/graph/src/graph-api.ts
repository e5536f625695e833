import type { ConnectOptions } from "@mailfleet/connector-api";
import { type TokenApi, tokenApi } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import { refusedError } from "./refusals.ts";

/** Microsoft Graph, with a token for one mailbox. Throws CREDENTIALS_MISSING if the credentials give none. */
export function graphApi(fetch: GuardedFetch, options: ConnectOptions): TokenApi {
  return tokenApi(fetch, options, {
    root: "https://graph.microsoft.com",
    reachPath: "/v1.0/me",
    refused: refusedError,
  });
}

/** The account of a mailbox, below the root. */
export const userPath = (address: string): string => `/v1.0/users/${encodeURIComponent(address)}`;

/** What belongs to one mailbox, below the root. */
export const pathOf = (address: string, below: string): string => `${userPath(address)}/${below}`;

/** Names stay the same when a message is moved to another folder (Graph, "immutable identifiers for Outlook"). */
export const immutableIds = { prefer: 'IdType="ImmutableId"' } as const;

/** An answer that is an object in JSON. Throws PROTOCOL_ERROR for anything else. */
export async function readAnswer(
  api: TokenApi,
  method: string,
  response: Response,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    throw api.failure(error, method);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw malformed(method, "the answer is not an object in JSON");
}

/** PROTOCOL_ERROR: an answer that Graph would not give. */
export function malformed(method: string, reply: string): FailureError {
  return new FailureError(failureOf("PROTOCOL_ERROR", { command: method, reply }));
}

/**
 * A link that Graph gave for the next request, as the path below the root. Throws PROTOCOL_ERROR for one that leads
 * anywhere else: the request carries the token.
 */
export function pathBelow(api: TokenApi, method: string, link: unknown): string {
  const root = new URL(api.root);
  const url = typeof link === "string" && link.length <= LONGEST_LINK && URL.canParse(link) ? new URL(link) : null;
  if (url && url.origin === root.origin && url.pathname.startsWith("/v1.0/users"))
    return `${url.pathname}${url.search}`;
  throw malformed(method, `a link that does not lead to Graph: ${String(link).slice(0, 100)}`);
}

/** Longer than any link of Graph's, and short enough to be kept. */
const LONGEST_LINK = 8192;
