import { FailureError, failureOf } from "@mailfleet/contracts";

/** Lets at most so many run at once, in order of arrival. */
export interface Turns {
  /**
   * Resolves with the function that ends the turn. Throws `FailureError` if `signal` aborts first, or after `close`.
   */
  take(signal: AbortSignal): Promise<() => void>;
  /** How many have a turn now. */
  readonly running: number;
  /** From now on at most so many. Those that run go on. */
  limit(most: number): void;
  /** Gives no more turns, and waits for those under way, but no longer than `graceMs`. Never throws. */
  close(graceMs: number): Promise<void>;
}

export function turns(atFirst: number): Turns {
  const waiting: { go: () => void; fail: (code: string) => void }[] = [];
  let most = atFirst;
  let running = 0;
  let closed = false;
  let onQuiet: (() => void) | null = null;
  const admit = () => {
    for (let next = running < most && waiting.shift(); next; next = running < most && waiting.shift()) {
      running += 1;
      next.go();
    }
  };
  const turn = () => {
    let over = false;
    return () => {
      if (over) return;
      over = true;
      running -= 1;
      admit();
      if (running === 0) onQuiet?.();
    };
  };
  return {
    get running() {
      return running;
    },
    limit(now) {
      most = now;
      admit();
    },
    async take(signal) {
      if (closed) throw notTaken("CLOSED");
      if (signal.aborted) throw notTaken("ABORTED");
      if (running < most) {
        running += 1;
        return turn();
      }
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(notTaken("ABORTED"));
        };
        const entry = {
          go: () => {
            signal.removeEventListener("abort", abort);
            resolve();
          },
          fail: (code: string) => {
            signal.removeEventListener("abort", abort);
            reject(notTaken(code));
          },
        };
        signal.addEventListener("abort", abort, { once: true });
        waiting.push(entry);
      });
      return turn();
    },
    async close(graceMs) {
      closed = true;
      for (const { fail } of waiting.splice(0)) fail("CLOSED");
      if (running === 0) return;
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
