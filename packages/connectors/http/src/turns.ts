import { FailureError, failureOf } from "@mailfleet/contracts";

/** Lets at most this many run at once, in order of arrival. */
export interface Turns {
  /**
   * Resolves with the function that ends the turn. Throws `FailureError` if `signal` aborts first, or after `close`.
   */
  take(signal: AbortSignal): Promise<() => void>;
  /** Gives no more turns, and waits for those under way, but no longer than `graceMs`. Never throws. */
  close(graceMs: number): Promise<void>;
}

export function turns(most: number): Turns {
  const waiting: { go: () => void; fail: (code: string) => void }[] = [];
  let free = most;
  let closed = false;
  let onQuiet: (() => void) | null = null;
  const give = () => {
    const next = waiting.shift();
    if (next) next.go();
    else {
      free += 1;
      if (free === most) onQuiet?.();
    }
  };
  const turn = () => {
    let over = false;
    return () => {
      if (!over) give();
      over = true;
    };
  };
  return {
    async take(signal) {
      if (closed) throw notTaken("CLOSED");
      if (signal.aborted) throw notTaken("ABORTED");
      if (free > 0) {
        free -= 1;
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
      if (free === most) return;
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
