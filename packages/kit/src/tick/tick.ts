import { setTimeout as delay } from "node:timers/promises";
import { type Logger, moment } from "@mailfleet/contracts";
import type { Counter, Histogram } from "prom-client";

/** One round of work. `againInMs`: when to come again, if nobody kicks before. */
export type Round = (signal: AbortSignal) => Promise<{ readonly againInMs: number } | undefined>;

/** Work that is done again and again until it is stopped. */
export interface Tick {
  /** Does the next round now; a round under way is followed by another. */
  kick(): void;
  /** Ends after the round that is under way; its signal is aborted. */
  stop(): Promise<void>;
}

/** What a tick tells about itself. */
export interface TickMetrics {
  readonly rounds: Counter<"tick" | "outcome">;
  readonly seconds: Histogram<"tick">;
}

/** A round that takes longer is shown as a trace. */
const slowRoundMs = 100;

/**
 * Runs rounds one after another, with a pause of `everyMs` unless a round names another. A round that throws is logged
 * once per series of failures, counted, and does not end the tick.
 */
export function startTick(
  name: string,
  everyMs: number,
  round: Round,
  { logger, metrics }: { readonly logger: Logger; readonly metrics?: TickMetrics },
): Tick {
  const ending = new AbortController();
  let woken = Promise.withResolvers<void>();

  const run = async () => {
    let failing = false;
    await Promise.resolve(); // the caller gets the tick before its first round
    while (!ending.signal.aborted) {
      woken = Promise.withResolvers();
      let againInMs = everyMs;
      const began = Date.now();
      let code: string | undefined;
      const stop = metrics?.seconds.startTimer({ tick: name });
      try {
        againInMs = (await round(ending.signal))?.againInMs ?? everyMs;
        if (failing) logger.info({ tick: name }, "the tick is working again");
        failing = false;
        metrics?.rounds.inc({ tick: name, outcome: "done" });
      } catch (error) {
        if (ending.signal.aborted) return;
        code = error instanceof Error ? error.name : "unknown";
        metrics?.rounds.inc({ tick: name, outcome: "failed" });
        // An outage lasts for many rounds; saying it once is enough.
        if (!failing) logger.warn({ tick: name, err: error }, "a round failed; the tick continues");
        failing = true;
      } finally {
        stop?.();
        // Most rounds find nothing to do: a trace of each would hide the others.
        if (code !== undefined || Date.now() - began > slowRoundMs) moment(`tick ${name}`, { began, code });
      }
      const pause = new AbortController();
      const over = delay(againInMs, undefined, { signal: AbortSignal.any([ending.signal, pause.signal]) });
      await Promise.race([over.catch(() => {}), woken.promise]);
      pause.abort();
    }
  };
  const running = run();
  return {
    kick() {
      woken.resolve();
    },
    async stop() {
      ending.abort(new Error("the service stops"));
      await running;
    },
  };
}
