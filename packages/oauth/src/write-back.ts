import { setTimeout as pause } from "node:timers/promises";
import { FailureError, failureOf, ProblemError, type Sealed } from "@mailfleet/contracts";
import type { AccessToken, TokenPorts } from "./ports.ts";
import type { TokenAnswer } from "./token-endpoint.ts";

/** How long callers wait for a new token to be saved. */
const waitedForMs = 5000;
/** Between two attempts, at first and at most. */
const shortestPauseMs = 250;
const longestPauseMs = 2000;

/** The result of a refresh, and what it was requested with. */
export interface Renewed {
  readonly mailboxId: string;
  readonly lease: string;
  /** For what the new one is sealed: the grant of this mailbox at the server that gave it. */
  readonly aad: string;
  /** The sealed refresh token that was used, and perhaps used up. */
  readonly used: Sealed;
  readonly answer: TokenAnswer;
}

/**
 * Refresh results that the store has not saved yet. Dropping a rotated refresh token would lose the consent, so it is
 * kept and tried again until it is saved or the process ends.
 */
export interface Unwritten {
  /** The unsaved result for this grant. */
  of(key: string): Promise<AccessToken> | undefined;
  /** Starts saving, and returns the access token once it is saved. Throws REFRESH_BUSY if another result came first. */
  write(key: string, renewed: Renewed): Promise<AccessToken>;
}

/** Starts empty. */
export function createUnwritten(ports: Pick<TokenPorts, "grants" | "seal" | "logger">): Unwritten {
  const open = new Map<string, Promise<AccessToken>>();
  return {
    of: (key) => open.get(key),
    write: (key, renewed) => {
      const written = writeBack(ports, renewed).finally(() => open.delete(key));
      // Callers that wait get the error. If nobody waits, it is in the log.
      written.catch(() => {});
      open.set(key, written);
      return written;
    },
  };
}

async function writeBack(
  { grants, seal, logger }: Pick<TokenPorts, "grants" | "seal" | "logger">,
  { mailboxId, lease, aad, used, answer }: Renewed,
): Promise<AccessToken> {
  const { refreshToken, refreshEndsAt, accessToken, endsAt } = answer;
  const rotated = refreshToken ? { refreshToken: await seal(refreshToken, aad), replaces: used.tag } : {};
  for (let wait = shortestPauseMs; ; wait = Math.min(wait * 2, longestPauseMs)) {
    try {
      const { kept } = await grants.endRefresh({
        mailboxId,
        lease,
        ...rotated,
        ...(refreshEndsAt === null ? {} : { expiresAt: refreshEndsAt }),
        accessTokenExpiresAt: endsAt,
      });
      if (!kept) throw busy("the right to renew the token was lost before it was renewed");
      return { token: accessToken, endsAt };
    } catch (error) {
      if (!isPassing(error)) {
        logger.warn({ mailbox: mailboxId, err: error }, "a renewed token was not saved");
        throw error;
      }
      if (wait === shortestPauseMs)
        logger.warn({ mailbox: mailboxId, err: error }, "a renewed token waits to be saved");
    }
    // This must not keep a process alive that wants to end.
    await pause(wait, undefined, { ref: false });
  }
}

/** A refusal of the content would repeat each time. Everything else passes. */
function isPassing(error: unknown): boolean {
  if (error instanceof FailureError) return false;
  return !(error instanceof ProblemError) || !["INVALID", "NOT_FOUND"].includes(error.problem.code);
}

/** The token, if it is saved in time. Otherwise throws REFRESH_BUSY; the saving continues. */
export async function inTime(written: Promise<AccessToken>): Promise<AccessToken> {
  const late = new AbortController();
  try {
    return await Promise.race([
      written,
      pause(waitedForMs, undefined, { signal: late.signal }).then(() => {
        throw busy("a renewed token waits to be saved");
      }),
    ]);
  } catch (error) {
    throw error instanceof FailureError ? error : busy("the renewed token was not saved");
  } finally {
    late.abort();
  }
}

function busy(reply: string): FailureError {
  return new FailureError(failureOf("REFRESH_BUSY", { reply }));
}
