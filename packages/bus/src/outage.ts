/**
 * The bus is away, or refuses for now: nothing was decided, and the same call may be made again with the same ids.
 * A handler that throws it has its message tried again in place.
 */
export class BusOutage extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "BusOutage";
  }
}
