import { type Logger, leaseMs, lengthsOf } from "@mailfleet/contracts";
import { Registry } from "prom-client";
import { metricsOf } from "../service/metrics-of.ts";

/** What was held is lost: another process may have it by now. Code that catches it stops and writes nothing more. */
export class LeaseLost extends Error {
  constructor(what: string, why: string) {
    super(`${what} is lost: ${why}`);
    this.name = "LeaseLost";
  }
}

/** How long things are held. The `standard` values are in contracts; MAILFLEET_LEASE_MS and tests have other ones. */
export interface HoldLengths {
  readonly holdMs: number;
  readonly renewEveryMs: number;
  readonly marginMs: number;
}

const standard: HoldLengths = lengthsOf(leaseMs);

/** One thing that this process holds for a time: a lease or a permit. */
export interface Hold {
  /** Aborted with `LeaseLost` when it is lost. */
  readonly signal: AbortSignal;
  /** Whether it may still be relied on. Asks the clock, so a process that was frozen finds out before it writes. */
  isHeld(): boolean;
  /** Throws `LeaseLost` where `isHeld` is false. */
  check(): void;
  /** It is being given back: a renewal that finds it so has not lost it. */
  givingBack(): void;
  /** It was given back: no longer renewed, and of no more use. */
  letGo(): void;
}

/** Things of one kind that are renewed together. */
export interface HoldGroup<Key> {
  /** Begins to hold: it was taken by a request that was sent at `since` (`performance.now()`). */
  hold(key: Key, since: number): Hold;
}

/** The one renewal loop of a process, for all leases and permits. */
export interface Renewals {
  /** How long the database is asked to hold what is taken or renewed. */
  readonly holdMs: number;
  /**
   * A kind of thing. `keep` renews all of them in as few requests as it can and answers, in the same order, whether
   * each was still this process's. What it throws is tried again with the next tick, until what is held runs out.
   */
  group<Key>(name: string, keep: (keys: readonly Key[]) => Promise<readonly boolean[]>): HoldGroup<Key>;
  /** Ends the loop. What is still held is no longer renewed and runs out. */
  stop(): void;
}

/** What the loop needs to run. */
export interface RenewalOptions {
  readonly logger: Logger;
  readonly isOutage: (error: unknown) => boolean;
  readonly lengths?: HoldLengths;
  /** Where `mailfleet_lease_lost_total` is registered. */
  readonly registry?: Registry;
}

/**
 * Starts the loop. Its tick waits for nobody: not for work, not for other kinds, and a renewal that hangs is left
 * behind when what it renews runs out. Ends are counted by this process's own monotonic clock from the moment *before*
 * the request was sent, so they lie before those of the database, whatever its clock shows.
 */
export function startRenewals({ logger, isOutage, lengths = standard, registry }: RenewalOptions): Renewals {
  const lost = metricsOf(registry ?? new Registry()).counter(
    "mailfleet_lease_lost_total",
    "Leases and permits that were lost before they were given back",
  );
  const ticks: (() => void)[] = [];
  const timer = setInterval(() => {
    for (const tick of ticks) tick();
  }, lengths.renewEveryMs);
  timer.unref();

  return {
    holdMs: lengths.holdMs,
    group(name, keep) {
      const held = new Map<OneHold, Parameters<typeof keep>[0][number]>();
      let renewing = false;
      const renew = async () => {
        const entries = [...held];
        const since = performance.now();
        const kept = await keep(entries.map(([, key]) => key));
        for (const [index, [hold]] of entries.entries())
          if (kept[index]) hold.extend(since);
          else if (held.has(hold) && !hold.isGivingBack) hold.lose("another process took it over");
      };
      ticks.push(() => {
        for (const hold of [...held.keys()]) if (!hold.isHeld()) hold.lose("it could not be renewed in time");
        if (renewing || held.size === 0) return;
        renewing = true;
        renew()
          .catch((error: unknown) => {
            const level = isOutage(error) ? "debug" : "warn";
            logger[level]({ err: error, held: held.size }, `${name}: not renewed, tried again with the next tick`);
          })
          .finally(() => {
            renewing = false;
          });
      });
      return {
        hold(key, since) {
          const hold = new OneHold(name, lengths, () => held.delete(hold));
          const tell = () => {
            lost.inc();
            logger.warn({ err: hold.signal.reason, key }, "lost before it was given back");
          };
          hold.signal.addEventListener("abort", tell, { once: true });
          hold.extend(since);
          held.set(hold, key);
          return hold;
        },
      };
    },
    stop: () => clearInterval(timer),
  };
}

class OneHold implements Hold {
  readonly #what: string;
  readonly #usableMs: number;
  readonly #drop: () => void;
  readonly #ended = new AbortController();
  #until = 0;
  #given = false;
  #givingBack = false;

  constructor(what: string, { holdMs, marginMs }: HoldLengths, drop: () => void) {
    this.#what = what;
    this.#usableMs = holdMs - marginMs;
    this.#drop = drop;
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  isHeld(): boolean {
    return !this.#given && !this.#ended.signal.aborted && performance.now() < this.#until;
  }

  check(): void {
    if (this.isHeld()) return;
    if (this.#given) throw new LeaseLost(this.#what, "it was given back");
    this.lose("it could not be renewed in time");
    throw this.#ended.signal.reason;
  }

  get isGivingBack(): boolean {
    return this.#givingBack;
  }

  givingBack(): void {
    this.#givingBack = true;
  }

  letGo(): void {
    this.#given = true;
    this.#drop();
  }

  extend(since: number): void {
    this.#until = since + this.#usableMs;
  }

  lose(why: string): void {
    this.#drop();
    if (!this.#ended.signal.aborted) this.#ended.abort(new LeaseLost(this.#what, why));
  }
}
