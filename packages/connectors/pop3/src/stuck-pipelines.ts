/** Servers that promise PIPELINING and do not answer everything that comes together. */
export interface StuckPipelines {
  areStuck(server: string): boolean;
  /** It did not, just now: for an hour commands go one by one. */
  stuck(server: string): void;
}

const rememberedMs = 3_600_000;
const mostRemembered = 10_000;

/** One per process. */
export function createStuckPipelines(now: () => number = Date.now): StuckPipelines {
  const until = new Map<string, number>();
  return {
    areStuck: (server) => (until.get(server) ?? 0) > now(),
    stuck(server) {
      if (until.size >= mostRemembered) until.clear();
      until.set(server, now() + rememberedMs);
    },
  };
}
