import { setTimeout as pause } from "node:timers/promises";
import { FailureError, failureOf, ProblemError, type Sealed, sealedFor } from "@mailfleet/contracts";
import type { AccessToken, TokenPorts } from "./ports.ts";
import type { TokenAnswer } from "./token-endpoint.ts";

/** How long those who asked for a token wait for it to be written down. */
const waitedForMs = 5000;
/** Between two attempts, at first and at most. */
const shortestPauseMs = 250;
const longestPauseMs = 2000;

/** What a refresh gave, and what it was asked with. */
export interface Renewed {
  readonly mailboxId: string;
  readonly lease: string;
  /** The sealed refresh token that was used, and perhaps used up. */
  readonly used: Sealed;
  readonly answer: TokenAnswer;
}

/**
 * What refreshes gave and the store has not taken yet. A rotated refresh token that is dropped is a consent that is
 * lost, so it is kept and tried again until it is written or the process ends.
 */
export interface Unwritten {
  /** What is still being written for this grant. */
  of(key: string): Promise<AccessToken> | undefined;
  /** Begins to write; the access token as soon as it is written. Throws REFRESH_BUSY if another one came before it. */
  write(key: string, renewed: Renewed): Promise<AccessToken>;
}

/** Nothing is unwritten at first. */
export function createUnwritten(ports: Pick<TokenPorts, "grants" | "seal" | "logger">): Unwritten {
  const open = new Map<string, Promise<AccessToken>>();
  return {
    of: (key) => open.get(key),
    write: (key, renewed) => {
      const written = writeBack(ports, renewed).finally(() => open.delete(key));
      // Whoever waits hears of it; if nobody does, it is in the log.
      written.catch(() => {});
      open.set(key, written);
      return written;
    },
  };
}

async function writeBack(
  { grants, seal, logger }: Pick<TokenPorts, "grants" | "seal" | "logger">,
  { mailboxId, lease, used, answer }: Renewed,
): Promise<AccessToken> {
  const { refreshToken, refreshEndsAt, accessToken, endsAt } = answer;
  const rotated = refreshToken
    ? { refreshToken: await seal(refreshToken, sealedFor(mailboxId, "oauth-grant")), replaces: used.tag }
    : {};
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
        logger.warn({ mailboxId, err: error }, "a renewed token was not kept");
        throw error;
      }
      if (wait === shortestPauseMs)
        logger.warn({ mailboxId, err: error }, "a renewed token waits for the store to take it");
    }
    // Not a reason to keep a process alive that is to end.
    await pause(wait, undefined, { ref: false });
  }
}

/** A refusal of the content comes again each time; everything else passes. */
function isPassing(error: unknown): boolean {
  if (error instanceof FailureError) return false;
  return !(error instanceof ProblemError) || !["INVALID", "NOT_FOUND"].includes(error.problem.code);
}

/** The token, if it is written in time. Throws REFRESH_BUSY otherwise; the writing goes on. */
export async function inTime(written: Promise<AccessToken>): Promise<AccessToken> {
  const late = new AbortController();
  try {
    return await Promise.race([
      written,
      pause(waitedForMs, undefined, { signal: late.signal }).then(() => {
        throw busy("a renewed token waits to be written down");
      }),
    ]);
  } catch (error) {
    throw error instanceof FailureError ? error : busy("the renewed token was not kept");
  } finally {
    late.abort();
  }
}

function busy(reply: string): FailureError {
  return new FailureError(failureOf("REFRESH_BUSY", { reply }));
}
