import type { OutboundSession } from "@mailfleet/connector-api";
import { turns } from "./turns.ts";

/** How long messages under way may take to finish. */
const CLOSE_GRACE_MS = 5000;

/** A session whose connections belong to `fetch`: at most so many messages are under way at once. */
export function apiSession(maximumConnections: number, submit: OutboundSession["submit"]): OutboundSession {
  const turn = turns(Math.max(1, maximumConnections));
  const ended = new AbortController();
  let inUse = 0;
  /** One for each caller's signal, not for each message. */
  const combined = new WeakMap<AbortSignal, AbortSignal>();
  const until = (signal: AbortSignal) => {
    const known = combined.get(signal) ?? AbortSignal.any([signal, ended.signal]);
    combined.set(signal, known);
    return known;
  };
  return {
    perConnection: 1,
    get inUse() {
      return inUse;
    },
    async submit(envelope, raw, signal, permission) {
      const done = await turn.take(signal);
      inUse += 1;
      try {
        return await submit(envelope, raw, until(signal), permission);
      } finally {
        inUse -= 1;
        done();
      }
    },
    // `fetch` closes idle connections. There is nothing to close here.
    useAtMost: async () => {},
    async close() {
      await turn.close(CLOSE_GRACE_MS);
      ended.abort(new Error("the session was closed"));
    },
  };
}
