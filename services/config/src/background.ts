import type { Logger } from "@mailfleet/contracts";

/** Work that nobody waits for, until the service stops. What fails is left to a sweep. */
export interface Background {
  start(what: string, work: (signal: AbortSignal) => Promise<unknown>): void;
  /** Resolves when all of it has ended; the signal tells it to. */
  ended(): Promise<void>;
}

/** `signal` is handed to the work, which ends soon after it. */
export function createBackground(logger: Logger, signal: AbortSignal): Background {
  const running = new Set<Promise<void>>();
  return {
    start(what, work) {
      const one = work(signal)
        .catch((error: unknown) => logger.warn({ what, err: error }, "it waits for the sweep"))
        .then(() => void running.delete(one));
      running.add(one);
    },
    async ended() {
      await Promise.all(running);
    },
  };
}
