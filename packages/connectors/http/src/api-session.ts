import { AnswerTime, type OutboundSession, type Permission } from "@mailfleet/connector-api";
import { turns } from "./turns.ts";

/** How long messages under way may take to finish. */
const CLOSE_GRACE_MS = 5000;
/** Up to this size, in bytes, a message may be permitted while it waits for its turn. */
const SMALL_MESSAGE = 64 * 1024;
/** One that is under way for longer than this is no longer sure to be answered soon: nothing is permitted behind it. */
const SOON_MS = 50;

/**
 * A session whose connections belong to `fetch`: at most so many messages are under way at once. Where the server answers
 * quickly, the next ones are permitted meanwhile.
 */
export function apiSession(maximumConnections: number, submit: OutboundSession["submit"]): OutboundSession {
  const turn = turns(Math.max(1, maximumConnections));
  const answerTime = new AnswerTime();
  const ended = new AbortController();
  /** One for each caller's signal, not for each message. */
  const combined = new WeakMap<AbortSignal, AbortSignal>();
  const until = (signal: AbortSignal) => {
    const known = combined.get(signal) ?? AbortSignal.any([signal, ended.signal]);
    combined.set(signal, known);
    return known;
  };
  return {
    /** One that is answered, and one behind it. */
    perConnection: 2,
    mostConnections: maximumConnections,
    get inUse() {
      return turn.running;
    },
    async submit(envelope, raw, signal, permission) {
      const asked = permission && askedOnce(permission);
      const taken = turn.take(signal);
      const isSmall = raw instanceof Uint8Array && raw.length <= SMALL_MESSAGE;
      // Those that run and will soon be answered make room for it: it is the next to be handed over, or one of them.
      const isNext = turn.waiting <= turn.youngerThan(SOON_MS);
      if (answerTime.isQuick && isSmall && isNext) asked?.ask().catch(() => {});
      const done = await taken;
      const turnAt = performance.now();
      try {
        const submitted = await submit(envelope, raw, until(signal), asked);
        if (asked) answerTime.note(performance.now() - Math.max(turnAt, asked.givenAt));
        return submitted;
      } finally {
        done();
      }
    },
    useAtMost: async (connections) => turn.limit(Math.min(connections, maximumConnections)),
    async close() {
      await turn.close(CLOSE_GRACE_MS);
      ended.abort(new Error("the session was closed"));
    },
  };
}

/** The permission, asked for once however often it is called; `givenAt` on the clock of `performance`. */
function askedOnce(permission: Permission): Permission & { readonly givenAt: number } {
  let asked: Promise<void> | null = null;
  const once = {
    givenAt: 0,
    ask: () => {
      asked ??= permission.ask().then(() => {
        once.givenAt = performance.now();
      });
      return asked;
    },
    holds: () => permission.holds(),
  };
  return once;
}
