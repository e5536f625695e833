/** One try under one deadline, however many steps and connections it takes. */
export interface Attempt {
  /** Aborted when the deadline is over, the caller has enough, or something ended the attempt. */
  readonly signal: AbortSignal;
  /** The work's result, unless the attempt ends before it. */
  until<Result>(work: Promise<Result>): Promise<Result>;
  /** Ends it with this error. */
  stop(reason: unknown): void;
  /** It is over: no timer and no listener stays. */
  done(): void;
}

/** Begins one: `timedOut` makes the error of the deadline. */
export function startAttempt(timeoutMs: number, signal: AbortSignal, timedOut: () => Error): Attempt {
  const ended = new AbortController();
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {});
  const stop = (reason: unknown) => {
    stopped.reject(reason);
    ended.abort(reason);
  };
  const deadline = setTimeout(() => stop(timedOut()), timeoutMs);
  const abort = () => stop(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return {
    signal: ended.signal,
    until: (work) => {
      work.catch(() => {});
      return Promise.race([stopped.promise, work]);
    },
    stop,
    done: () => {
      clearTimeout(deadline);
      signal.removeEventListener("abort", abort);
    },
  };
}
