const HALF_MS = 500;

/** How much ended lately: in the half second that is under way, and in the one before. Times are in milliseconds. */
export class Pace {
  #half = 0;
  #present = 0;
  #before = 0;

  ended(now: number): void {
    this.#turn(now);
    this.#present += 1;
  }

  /** Between half a second's and a second's worth. */
  lately(now: number): number {
    this.#turn(now);
    return this.#present + this.#before;
  }

  #turn(now: number): void {
    const half = Math.floor(now / HALF_MS);
    if (half === this.#half) return;
    this.#before = half === this.#half + 1 ? this.#present : 0;
    this.#present = 0;
    this.#half = half;
  }
}
