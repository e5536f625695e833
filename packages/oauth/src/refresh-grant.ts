import { setTimeout as pause } from "node:timers/promises";
import {
  type Failure,
  FailureError,
  failureOf,
  ProblemError,
  type Secret,
  sealedFor,
  tokenDestination,
} from "@mailfleet/contracts";
import { type ClientProof, proveClient } from "./client-authentication.ts";
import type { AccessToken, OAuthCredentials, RequestPorts, TokenPorts } from "./ports.ts";
import { requestToken, type TokenAnswer } from "./token-endpoint.ts";
import { inTime, type Unwritten } from "./write-back.ts";

/** How long to wait for another process, and how often to check whether it has finished. */
const longestWaitMs = 5000;
const shortestPauseMs = 50;
const longestPauseMs = 500;
/** Whose token to renew. */
export interface RefreshOf {
  readonly credentials: OAuthCredentials;
  readonly mailboxId: string;
}

/**
 * Renews the token of a mailbox whose user signed in. One process at a time, because a refresh token may work only once
 * (RFC 9700 §4.14). A new refresh token is written back before the access token is used. As long as that is impossible,
 * callers get REFRESH_BUSY and the writing continues in the background. Throws `FailureError`.
 */
export async function refreshGrant(
  ports: TokenPorts & RequestPorts,
  unwritten: Unwritten,
  of: RefreshOf,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { credentials, mailboxId } = of;
  if (!credentials.grant) throw new FailureError(failureOf("CONSENT_MISSING"));
  const key = `${mailboxId}/${credentials.grant.v}`;
  const left = unwritten.of(key);
  // The old refresh token may be used up: ask for nothing before the new one is saved.
  if (left) return inTime(left);
  // First, so that nobody waits for a process that cannot succeed.
  const proof = await proveClient(ports, credentials.client, signal);
  const { lease, refreshToken } = await beginRefresh(ports, mailboxId, credentials.grant.v, signal);
  const aad = sealedFor(mailboxId, "oauth-grant", tokenDestination(credentials.client.tokenEndpoint));
  let answer: TokenAnswer;
  try {
    answer = await ask(ports, of, await ports.open(refreshToken, aad), proof, signal);
  } catch (error) {
    const failure = error instanceof FailureError ? error.failure : failureOf("INTERNAL_ERROR");
    await giveBack(ports, mailboxId, lease, failure);
    throw error;
  }
  return inTime(unwritten.write(key, { mailboxId, lease, aad, used: refreshToken, answer }));
}

async function beginRefresh(ports: TokenPorts, mailboxId: string, v: number, signal: AbortSignal) {
  const until = performance.now() + longestWaitMs;
  for (let wait = shortestPauseMs; ; wait = Math.min(wait * 2, longestPauseMs)) {
    const begun = await fromConfig(ports.grants.beginRefresh({ mailboxId, v, by: ports.owner }));
    if (begun.outcome === "yours") return { lease: begun.lease, refreshToken: begun.refreshToken };
    if (begun.outcome === "changed") throw busy("the mailbox's user has signed in again");
    if (performance.now() + wait > until) throw busy(`another process has not finished within ${longestWaitMs} ms`);
    await pause(wait, undefined, { signal });
  }
}

/** A lost answer leaves open whether the server used the token up, so it is asked once more. */
async function ask(
  ports: TokenPorts & RequestPorts,
  { credentials: { client }, mailboxId }: RefreshOf,
  refreshToken: Secret,
  proof: ClientProof,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const request = {
    kind: "refresh",
    grantType: "refresh_token",
    parameters: { refresh_token: refreshToken },
    signal,
    proof,
  } as const;
  try {
    return await requestToken(ports, client, request);
  } catch (error) {
    if (!(error instanceof FailureError) || !isLost(error.failure)) throw error;
    ports.logger.info(
      { mailbox: mailboxId, code: error.failure.code },
      "the answer to a token refresh was lost; asking once more",
    );
    return requestToken(ports, client, request);
  }
}

const isLost = ({ code }: Failure) => code === "CONNECTION_LOST" || code === "CONNECTION_TIMEOUT";

/** Records the failure and lets others try. If this fails, nothing is lost: the lease runs out. */
async function giveBack(ports: TokenPorts, mailboxId: string, lease: string, failure: Failure): Promise<void> {
  try {
    await ports.grants.endRefresh({ mailboxId, lease, failure });
  } catch (error) {
    ports.logger.warn({ mailbox: mailboxId, reason: nameOf(error) }, "a failed token refresh could not be recorded");
  }
}

async function fromConfig<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw asFailure(error);
  }
}

/** Connectors know failures only. If the service that keeps grants is away, that is a transient one. */
function asFailure(error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const reply = error instanceof ProblemError ? error.problem.detail : "the service that keeps grants does not answer";
  return new FailureError(failureOf("REFRESH_BUSY", { reply: reply.slice(0, 500) }), { cause: error });
}

function busy(reply: string): FailureError {
  return new FailureError(failureOf("REFRESH_BUSY", { reply }));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
