/** One deadline for a whole request, combined with the caller's own signal. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True if the time ran out, false if the caller stopped. */
  readonly isOver: () => boolean;
  /** Removes timer and listener. May be called twice. */
  end(): void;
}

/** Aborts after this many milliseconds, or when the caller does, with the caller's reason. */
export function startDeadline(ms: number, caller: AbortSignal | null | undefined): Deadline {
  const controller = new AbortController();
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    controller.abort(new DOMException(`no answer within ${ms} ms`, "TimeoutError"));
  }, ms);
  timer.unref();
  const give = () => controller.abort(caller?.reason);
  if (caller?.aborted) give();
  else caller?.addEventListener("abort", give, { once: true });
  return {
    signal: controller.signal,
    isOver: () => over,
    end: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", give);
    },
  };
}
