import type { Permit } from "@mailfleet/kit";

/** When none was free, the next question is asked after this. */
const ASK_AGAIN_MS = 250;
const LOOK_MS = 500;
/** Whoever yielded one asks for none in this time: longer than it takes the one that was refused to ask again. */
const YIELDED_MS = 2 * ASK_AGAIN_MS;
/** Where there are fewer permits than lines with work, each has one for so long. */
const TURN_MS = 1000;

/** What places need. */
export interface PlacePorts {
  /** The right to make one more connection; `null`: none is free. */
  take(): Promise<Permit | null>;
  /** None was free. */
  refused(): void;
  /** How many places can be of use. */
  most(): number;
  /** How many places are in use at this moment. */
  inUse(): number;
  /** The number changed, or was asked for in vain. Resolves when connections beyond it are closed. */
  changed(): Promise<void>;
}

/**
 * How many connections of one holder this process may use: one permit for each. Permits are taken as they are needed.
 * One is given back when somebody else waits who has fewer, or nothing uses it, but only when its connection is free, so
 * that there are never more connections than permits.
 */
export class Places {
  readonly #ports: PlacePorts;
  readonly #permits: Permit[] = [];
  readonly #timer: NodeJS.Timeout;
  /** To be given back as soon as a connection is free. */
  #returning = 0;
  #asking = false;
  #closed = false;
  /** When the last one was taken, and until when none is asked for; by `performance`. */
  #tookAt = 0;
  #restsUntil = 0;

  constructor(ports: PlacePorts) {
    this.#ports = ports;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  get count(): number {
    return Math.max(0, this.#permits.length - this.#returning);
  }

  /** One more is wanted. Answers by `changed`. */
  want(): void {
    if (this.#asking || this.#closed || this.#permits.length >= this.#ports.most()) return;
    if (performance.now() < this.#restsUntil) return;
    this.#asking = true;
    void this.#take();
  }

  async #take(): Promise<void> {
    const permit = await this.#ports.take().catch(() => null);
    if (permit === null) {
      this.#ports.refused();
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref());
      this.#asking = false;
      return void this.#ports.changed();
    }
    this.#asking = false;
    if (this.#closed) return permit.give();
    this.#permits.push(permit);
    this.#tookAt = performance.now();
    permit.signal.addEventListener("abort", () => this.#lost(permit), { once: true });
    void this.#ports.changed();
  }

  #lost(permit: Permit): void {
    const at = this.#permits.indexOf(permit);
    if (at < 0) return;
    this.#permits.splice(at, 1);
    this.#returning = Math.min(this.#returning, this.#permits.length);
    void this.#ports.changed();
  }

  #look(): void {
    const isIdle = this.#ports.inUse() < this.count;
    if (this.#returning === 0 && this.#permits.some(({ wanted, awaited }) => wanted || (isIdle && awaited))) {
      this.#returning = 1;
      void this.#ports.changed();
    }
    this.settle();
  }

  /** One was promised to somebody, and its connection is not free yet. */
  get isReturning(): boolean {
    return this.#returning > 0;
  }

  /** The last one was taken long enough ago for others to have their turn. */
  get hadTurn(): boolean {
    return performance.now() - this.#tookAt >= TURN_MS;
  }

  /** Gives one back as soon as its connection is free, and leaves it to others for a moment. */
  yield(): void {
    this.#returning += 1;
    this.#restsUntil = performance.now() + YIELDED_MS;
    setTimeout(() => void this.#ports.changed(), YIELDED_MS).unref();
    void this.#ports.changed();
    this.settle();
  }

  /** A connection became free: gives back what must be given back. */
  settle(): void {
    while (this.#returning > 0 && this.#ports.inUse() <= this.count) {
      this.#returning -= 1;
      const permit =
        this.#permits.find(({ wanted }) => wanted) ?? this.#permits.find(({ awaited }) => awaited) ?? this.#permits[0];
      if (permit) this.#give(permit);
    }
  }

  #give(permit: Permit): void {
    this.#permits.splice(this.#permits.indexOf(permit), 1);
    // Its connection is closed, also at the server, before anybody else may open one for it.
    void this.#ports.changed().then(() => permit.give());
  }

  /** Gives everything back: nothing is in use. More may be needed later. */
  async giveAll(): Promise<void> {
    this.#returning = 0;
    const all = this.#permits.splice(0);
    await Promise.all(all.map((permit) => permit.give()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.giveAll();
  }
}
