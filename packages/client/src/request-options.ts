/** Options of a request. */
export interface RequestOptions {
  /** Query parameters; `undefined` ones are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Repeating a request with the same key returns the first answer. Writes get a random key, so that we can repeat
   * them.
   */
  readonly idempotencyKey?: string;
  /** The version to change, from the resource's `v`. */
  readonly ifVersion?: number;
  readonly signal?: AbortSignal;
  /** Time limit in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}
