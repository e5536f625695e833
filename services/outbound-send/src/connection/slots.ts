import type { Ports } from "../ports.ts";
import { reasonOf } from "../send/until-stored.ts";

/** How long a slot of a process that is gone stays taken. */
const LEASE_MS = 10_000;
const RENEW_MS = LEASE_MS / 3;
/** After giving one back, this process leaves it to others for this long. */
const POLITE_MS = 500;
const ASK_AGAIN_MS = 250;

/**
 * How many connections of one holder this process may use at the moment: one lease in the store for each, over all
 * replicas at most the profile's maximum. Leases are taken as they are needed and given back when the pool is idle; a
 * process that has several gives one back with every renewal, so that no replica keeps them all for ever.
 */
export class Slots {
  readonly #ports: Pick<Ports, "slots" | "logger">;
  readonly #holder: string;
  readonly #maximum: number;
  readonly #tokens: string[] = [];
  readonly #onChanged: () => void;
  #timer: NodeJS.Timeout | null = null;
  #asking = false;
  #askAgainAt = 0;
  #closed = false;

  constructor(ports: Pick<Ports, "slots" | "logger">, holder: string, maximum: number, onChanged: () => void) {
    this.#ports = ports;
    this.#holder = holder;
    this.#maximum = maximum;
    this.#onChanged = onChanged;
  }

  get count(): number {
    return this.#tokens.length;
  }

  /** One more is wanted. Answers by `onChanged`, perhaps never: others may have them all. */
  want(): void {
    if (this.#asking || this.#closed || this.count >= this.#maximum) return;
    this.#asking = true;
    const pause = Math.max(0, this.#askAgainAt - performance.now());
    setTimeout(() => void this.#take(), pause);
  }

  async #take(): Promise<void> {
    let token: string | null = null;
    try {
      token = this.#closed ? null : await this.#ports.slots.take(this.#holder, this.#maximum, LEASE_MS);
    } catch (error) {
      this.#ports.logger.warn({ reason: reasonOf(error) }, "no slot could be taken");
    }
    this.#asking = false;
    if (token === null) {
      this.#askAgainAt = performance.now() + ASK_AGAIN_MS;
      this.#onChanged();
      return;
    }
    this.#tokens.push(token);
    this.#timer ??= setInterval(() => void this.#renew(), RENEW_MS).unref();
    this.#onChanged();
  }

  async #renew(): Promise<void> {
    if (this.#tokens.length > 1) {
      this.#askAgainAt = performance.now() + POLITE_MS;
      const given = this.#tokens.splice(-1);
      // Its connection is closed before anybody else may open one for it.
      this.#onChanged();
      await this.#give(given);
    }
    for (const token of [...this.#tokens])
      try {
        const held = await this.#ports.slots.renew(this.#holder, token, LEASE_MS);
        if (!held) this.#tokens.splice(this.#tokens.indexOf(token), 1);
      } catch (error) {
        this.#ports.logger.warn({ reason: reasonOf(error) }, "a slot could not be renewed");
      }
  }

  async #give(tokens: readonly string[]): Promise<void> {
    try {
      for (const token of tokens) await this.#ports.slots.give(this.#holder, token);
    } catch (error) {
      // Its lease runs out.
      this.#ports.logger.warn({ reason: reasonOf(error) }, "a slot could not be given back");
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#give(this.#tokens.splice(0));
  }
}
