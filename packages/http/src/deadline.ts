/** One deadline for a whole request, together with the caller's wish to stop. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether the time is over, and not the caller's patience. */
  readonly isOver: () => boolean;
  /** Forgets timer and caller. Harmless twice. */
  end(): void;
}

/** Aborts after so many milliseconds, or when the caller does, with his reason. */
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
