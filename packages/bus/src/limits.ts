/** Older servers silently ignore configuration that this package relies on. */
export const oldestServer = { major: 2, minor: 12 } as const;

/** The largest body of a stored message: its dead letter, in base64 with headers, still fits NATS's 1 MiB. */
export const maximumBodyBytes = 700_000;

/** The largest request or answer: NATS's own default limit. */
export const maximumRequestBytes = 1024 * 1024;

/** A handler that failed so often with the same message will not succeed with it. */
export const maximumFailures = 5;

/** A message that came so often without an end kills its handlers: nobody lives to count its failures. */
export const maximumDeliveries = 20;

/** Publishes in flight: enough for 17,000/s, few enough to keep the server's queue short. */
export const publishWindow = { messages: 500, bytes: 8 * 1024 * 1024 } as const;

/** One attempt to publish; then it is tried again with the same id. */
export const publishAttemptMs = 2500;

/** How long a pull request waits at the server, which sends heartbeats twice as often as we check for them. */
export const pull = { expiresMs: 30_000, heartbeatMs: 2500, silenceMs: 6000 } as const;

/** How often a follower's consumer sends heartbeats. After silence we recreate it; if nobody listens it expires. */
export const following = { heartbeatMs: 2500, silenceMs: 6000, inactiveMs: 30_000 } as const;

/** How long closing waits for a server that may be away. */
export const closeMs = 2000;

/** Pauses between attempts: doubled from the first to the last. */
export const backOff = { firstMs: 100, lastMs: 5000 } as const;

/** The n-th pause (from 1), milliseconds. */
export function pauseMs(attempt: number): number {
  return Math.min(backOff.lastMs, backOff.firstMs * 2 ** Math.min(attempt - 1, 10));
}
