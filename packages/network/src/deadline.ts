/** One time limit for several steps and connections. The caller, or the work itself, may end it early. */
export interface Deadline {
  /** Aborted with the reason when it is over. */
  readonly signal: AbortSignal;
  /** The work's result, or the reason if the deadline comes first. The work is then abandoned. */
  until<Result>(work: Promise<Result>): Promise<Result>;
  /** Ends it early, with this reason. */
  stop(reason: unknown): void;
  /** Removes its timer and listeners. */
  clear(): void;
}

/** Starts a deadline. `late` makes the error that says what it waited for. */
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
