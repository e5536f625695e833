import { FailureError, failureOf } from "@mailfleet/contracts";

/** Lets at most so many run at once, in order of arrival. */
export interface Turns {
  /**
   * Resolves with the function that ends the turn. Throws `FailureError` if `signal` aborts first, or after `close`.
   */
  take(signal: AbortSignal): Promise<() => void>;
  /** How many have a turn now. */
  readonly running: number;
  /** How many wait for one. */
  readonly waiting: number;
  /** How many of those that run began less than this ago, in milliseconds. */
  youngerThan(ms: number): number;
  /** From now on at most so many. Those that run go on. */
  limit(most: number): void;
  /** Gives no more turns, and waits for those under way, but no longer than `graceMs`. Never throws. */
  close(graceMs: number): Promise<void>;
}

export function turns(atFirst: number): Turns {
  const waiting: { go: (done: () => void) => void; fail: (code: string) => void }[] = [];
  let most = atFirst;
  /** When those that run began, by `performance`. */
  const began = new Set<{ readonly at: number }>();
  let closed = false;
  let onQuiet: (() => void) | null = null;
  const admit = () => {
    for (let next = began.size < most && waiting.shift(); next; next = began.size < most && waiting.shift())
      next.go(turn());
  };
  const turn = () => {
    const one = { at: performance.now() };
    began.add(one);
    return () => {
      if (!began.delete(one)) return;
      admit();
      if (began.size === 0) onQuiet?.();
    };
  };
  return {
    get running() {
      return began.size;
    },
    get waiting() {
      return waiting.length;
    },
    youngerThan: (ms) => [...began].filter(({ at }) => performance.now() - at < ms).length,
    limit(now) {
      most = now;
      admit();
    },
    async take(signal) {
      if (closed) throw notTaken("CLOSED");
      if (signal.aborted) throw notTaken("ABORTED");
      if (began.size < most) return turn();
      return new Promise<() => void>((resolve, reject) => {
        const abort = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(notTaken("ABORTED"));
        };
        const entry = {
          go: (done: () => void) => {
            signal.removeEventListener("abort", abort);
            resolve(done);
          },
          fail: (code: string) => {
            signal.removeEventListener("abort", abort);
            reject(notTaken(code));
          },
        };
        signal.addEventListener("abort", abort, { once: true });
        waiting.push(entry);
      });
    },
    async close(graceMs) {
      closed = true;
      for (const { fail } of waiting.splice(0)) fail("CLOSED");
      if (began.size === 0) return;
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, graceMs);
        onQuiet = () => {
          clearTimeout(late);
          resolve();
        };
      });
    },
  };
}

function notTaken(systemCode: string): FailureError {
  return new FailureError(failureOf("CONNECTION_LOST", { systemCode }));
}
