const firstMs = 5_000;
const longestMs = 600_000;

/**
 * Items that failed rest, longer each time, so that a round that takes a limited number comes to the others. As soon as
 * one of them works, what kept it back is over, and all may be tried again.
 */
export interface Resting {
  /** Those that are not to be taken now. */
  ids(): string[];
  failed(id: string): void;
  worked(id: string): void;
}

/** Nothing rests at first. The first rest is 5 s, the longest ten minutes. */
export function createResting(now: () => number): Resting {
  const failures = new Map<string, { readonly times: number; readonly until: number }>();
  return {
    ids: () => [...failures].flatMap(([id, { until }]) => (until > now() ? [id] : [])),
    failed(id) {
      const times = (failures.get(id)?.times ?? 0) + 1;
      failures.set(id, { times, until: now() + Math.min(longestMs, firstMs * 2 ** (times - 1)) });
    },
    worked(id) {
      if (failures.has(id)) failures.clear();
    },
  };
}
