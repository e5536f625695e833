import { LimitReached, limitHeaders, type RateLimit } from "./rate-limit.ts";

/** Downloads at the same time: of one process, and for one token. Each holds about a megabyte. */
export const mostDownloads = { together: 48, ofOne: 12 } as const;
const limits: Readonly<Record<"ofOne" | "together", RateLimit>> = {
  ofOne: { name: "downloads", quota: mostDownloads.ofOne },
  together: { name: "downloads-of-all", quota: mostDownloads.together },
};
/** How long a download waits for its turn. */
const patienceMs = 20_000;

interface Waiting {
  readonly holder: string;
  go(): void;
}

/** Turns of downloads: memory is bounded however many are asked for. */
export function createDownloads(waitMs: number = patienceMs) {
  const held = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let together = 0;

  const hasRoom = (holder: string) =>
    together < mostDownloads.together && (held.get(holder) ?? 0) < mostDownloads.ofOne;
  const take = (holder: string) => {
    together += 1;
    held.set(holder, (held.get(holder) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      together -= 1;
      const left = (held.get(holder) ?? 1) - 1;
      if (left > 0) held.set(holder, left);
      else held.delete(holder);
      for (const one of waiting) if (hasRoom(one.holder)) return one.go();
    };
  };

  return {
    /** What of the limit is left to this one. */
    headers: (holder: string) => limitHeaders(limits.ofOne, Math.max(0, mostDownloads.ofOne - (held.get(holder) ?? 0))),
    /** Waits for a turn. The answer gives it back, once. Throws TOO_MANY after 20 s, or the reason of the signal. */
    async begin(holder: string, signal: AbortSignal) {
      signal.throwIfAborted();
      if (hasRoom(holder)) return take(holder);
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const one = { holder, go: () => settle(() => resolve(take(holder))) };
      const settle = (how: () => void) => {
        waiting.delete(one);
        clearTimeout(late);
        signal.removeEventListener("abort", gone);
        how();
      };
      const gone = () => settle(() => reject(signal.reason));
      const tooMany = () => {
        const limit = (held.get(holder) ?? 0) < mostDownloads.ofOne ? limits.together : limits.ofOne;
        return new LimitReached("Too many downloads are under way at the same time.", limit);
      };
      const late = setTimeout(() => settle(() => reject(tooMany())), waitMs);
      signal.addEventListener("abort", gone, { once: true });
      waiting.add(one);
      return promise;
    },
  };
}
