/** One time limit for several steps and connections; also over when the caller, or whoever works, has enough. */
export interface Deadline {
  /** Aborted with the reason when it is over. */
  readonly signal: AbortSignal;
  /** The work's result, or the reason if the deadline is over before; the work is then left alone. */
  until<Result>(work: Promise<Result>): Promise<Result>;
  /** Ends it before its time, with this reason. */
  stop(reason: unknown): void;
  /** No timer and no listener stays. */
  clear(): void;
}

/** Starts one. `late` makes the error that says what was waited for. */
export function startDeadline(milliseconds: number, outer: AbortSignal, late: () => Error): Deadline {
  const over = new AbortController();
  const abort = () => over.abort(outer.reason);
  const timer = setTimeout(() => over.abort(late()), milliseconds);
  outer.addEventListener("abort", abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: over.signal,
    async until(work) {
      work.catch(() => {});
      const { promise, reject } = Promise.withResolvers<never>();
      const stop = () => reject(over.signal.reason);
      if (over.signal.aborted) stop();
      over.signal.addEventListener("abort", stop, { once: true });
      try {
        return await Promise.race([promise, work]);
      } finally {
        over.signal.removeEventListener("abort", stop);
      }
    },
    stop: (reason) => over.abort(reason),
    clear() {
      clearTimeout(timer);
      outer.removeEventListener("abort", abort);
    },
  };
}
