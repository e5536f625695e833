import type { Secret } from "@mailfleet/contracts";
import type { AccessToken } from "./ports.ts";

/** How long before its end a token is renewed; of a short-lived one half its life. */
const renewBeforeMs = 5 * 60_000;
/** One process serves fewer mailboxes than this at a time; the oldest make room. */
const maximumTokens = 10_000;
/** A shared request ends by itself: below the lease of a refresh (30 s), so that no other process begins meanwhile. */
const obtainMs = 25_000;

/** What an asker wants. */
export interface Wanted {
  /** The token that a server refused: not to be given again. */
  readonly refused: Secret | null;
  readonly signal: AbortSignal;
}

/** Tokens in memory, by whom they are for. Those who ask for the same at the same time share one request. */
export interface TokenCache {
  get(key: string, wanted: Wanted, obtain: (signal: AbortSignal) => Promise<AccessToken>): Promise<Secret>;
}

interface Kept extends AccessToken {
  readonly renewAt: number;
}

/** An empty cache. */
export function createTokenCache(now: () => number): TokenCache {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<Kept>>();

  async function renew(key: string, obtain: (signal: AbortSignal) => Promise<AccessToken>): Promise<Kept> {
    // Not the asker's own signal: who gives up must not lose a rotated token for all.
    const { token, endsAt } = await obtain(AbortSignal.timeout(obtainMs));
    const lifetime = Math.max(0, endsAt - now());
    const entry = { token, endsAt, renewAt: endsAt - Math.min(renewBeforeMs, lifetime / 2) };
    kept.delete(key);
    kept.set(key, entry);
    const [oldest] = kept.size > maximumTokens ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    return entry;
  }

  return {
    get: async (key, { refused, signal }, obtain) => {
      signal.throwIfAborted();
      const present = kept.get(key);
      if (present && present.token !== refused && present.renewAt > now()) return present.token;
      let request = underWay.get(key);
      if (!request) {
        request = renew(key, obtain).finally(() => underWay.delete(key));
        underWay.set(key, request);
      }
      return (await withSignal(request, signal)).token;
    },
  };
}

/** The same promise, which an asker may leave. */
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
