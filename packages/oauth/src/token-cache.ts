import type { Secret } from "@mailfleet/contracts";
import type { AccessToken } from "./ports.ts";

/** How long before its end a token is renewed. A short-lived one is renewed after half its life. */
const renewBeforeMs = 5 * 60_000;
/** More mailboxes than one process serves at a time. The oldest entries make room. */
const maximumTokens = 10_000;
/** A shared request has its own end, below the lease of a refresh (30 s), so that no other process begins meanwhile. */
const obtainMs = 25_000;
/** When what goes on although it could not be renewed is tried again. */
const askAgainMs = 60_000;

/** What a caller asks for. */
export interface Wanted {
  /** The token that a server refused. It is not handed out again. */
  readonly refused: Secret | null;
  readonly signal: AbortSignal;
}

type Obtain = (signal: AbortSignal) => Promise<Obtained>;

/** Tokens in memory, by the mailbox they are for. Simultaneous callers for the same token share one request. */
export interface TokenCache {
  get(key: string, wanted: Wanted, obtain: Obtain): Promise<Secret>;
}

/** What was obtained. `renewAt`, milliseconds since the epoch: not when its end comes near, but then. */
export interface Obtained extends AccessToken {
  readonly renewAt?: number;
}

type Kept = Required<Obtained>;

/**
 * An empty cache. `goesOn` says whether what could not be renewed for this reason goes on while it is valid; then it is
 * asked for again after a minute.
 */
export function createTokenCache(now: () => number, goesOn: (reason: unknown) => boolean = () => false): TokenCache {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<Kept>>();

  async function renew(key: string, { refused }: Wanted, obtain: Obtain): Promise<Kept> {
    const entry = await obtained(obtain).catch((reason: unknown) => {
      const present = kept.get(key);
      if (!present || present.token === refused || present.endsAt <= now() || !goesOn(reason)) throw reason;
      return { ...present, renewAt: now() + askAgainMs };
    });
    kept.delete(key);
    kept.set(key, entry);
    const [oldest] = kept.size > maximumTokens ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    return entry;
  }

  async function obtained(obtain: Obtain): Promise<Kept> {
    // Not the caller's own signal: one caller that gives up must not lose a rotated token for all.
    const { token, endsAt, renewAt } = await obtain(AbortSignal.timeout(obtainMs));
    const lifetime = Math.max(0, endsAt - now());
    return { token, endsAt, renewAt: renewAt ?? endsAt - Math.min(renewBeforeMs, lifetime / 2) };
  }

  return {
    get: async (key, wanted, obtain) => {
      const { refused, signal } = wanted;
      signal.throwIfAborted();
      const present = kept.get(key);
      if (present && present.token !== refused && present.renewAt > now()) return present.token;
      let request = underWay.get(key);
      if (!request) {
        request = renew(key, wanted, obtain).finally(() => underWay.delete(key));
        underWay.set(key, request);
      }
      return (await withSignal(request, signal)).token;
    },
  };
}

/** The same promise, which a caller may stop waiting for. */
async function withSignal<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: left, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([promise, left]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
