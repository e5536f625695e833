/** A line for a number of places that changes; first come, first served. */
export class Line {
  readonly #places: () => number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;
  #dismissed = false;
  /** Called when somebody left. */
  onLeft: () => void = () => {};

  /** `places` is asked each time. Call `admit` when it may have grown. */
  constructor(places: () => number) {
    this.#places = places;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get inside(): number {
    return this.#inside;
  }

  get isIdle(): boolean {
    return this.#inside === 0 && this.#waiting.length === 0;
  }

  /** Waits for a place. Call the result to give it back; a second call does nothing. */
  async enter(): Promise<() => void> {
    if (this.#dismissed || (this.#waiting.length === 0 && this.#inside < this.#places())) this.#inside += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside -= 1;
      this.admit();
      this.onLeft();
    };
  }

  /** Lets in as many as there are places. */
  admit(): void {
    while (this.#inside < this.#places() && this.#waiting.length > 0) this.#next();
  }

  /** Lets everybody in, also who comes later, places or not: the service stops, and they will find out. */
  dismiss(): void {
    this.#dismissed = true;
    while (this.#waiting.length > 0) this.#next();
  }

  #next(): void {
    this.#inside += 1;
    this.#waiting.shift()?.();
  }
}
