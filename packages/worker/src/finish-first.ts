import type { HandleRun } from "./run.ts";

/** Most runs take less, and one that is broken off begins anew in another process. */
const finishMs = 1500;

/** A run that is under way when its service stops hears of it this much later: most come to their end before. */
export function finishFirst(handle: HandleRun, ms = finishMs): HandleRun {
  /** One timer for all that are under way. */
  const later = new WeakMap<AbortSignal, AbortSignal>();
  const laterThan = (stopping: AbortSignal): AbortSignal => {
    const known = later.get(stopping);
    if (known) return known;
    const late = new AbortController();
    const begin = () => void setTimeout(() => late.abort(stopping.reason), ms).unref();
    if (stopping.aborted) begin();
    else stopping.addEventListener("abort", begin, { once: true });
    later.set(stopping, late.signal);
    return late.signal;
  };
  return (message, stopping) => handle(message, laterThan(stopping));
}
