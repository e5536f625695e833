/**
 * A string that does not show itself: printing, logging, JSON and template literals give `[secret]`. Only `reveal()`
 * gives the value, and only connectors call it, at the moment they sign in.
 */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The value itself. Never store, log or pass it on. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
