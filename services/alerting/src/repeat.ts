import type { Logger } from "@mailfleet/contracts";

/** Something that is done again and again. */
export interface Repetition {
  /** Does it now instead of later. */
  soon(): void;
  /** Returns when what is under way is done. */
  stop(): Promise<void>;
}

/** Does it every so often, never twice at the same time. What it throws is logged, and it goes on. */
export function repeat(name: string, everyMs: number, logger: Logger, act: () => Promise<void>): Repetition {
  let stopped = false;
  let wake: () => void = () => {};
  let again = false;
  const wait = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, again || stopped ? 0 : everyMs);
      again = false;
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async () => {
    while (!stopped) {
      await act().catch((error: unknown) => logger.warn({ err: error, sweep: name }, "a sweep failed, it goes on"));
      await wait();
    }
  };
  const ended = loop();
  return {
    soon: () => {
      again = true;
      wake();
    },
    stop: () => {
      stopped = true;
      wake();
      return ended;
    },
  };
}
