/** Answers of somebody else, remembered for a moment because every run and every decision needs them. */
export interface Remembered<Value> {
  /** `fresh`: ask again. `good`: also ask again if the remembered answer is not good. */
  get(key: string, want?: { readonly fresh?: boolean; readonly good?: (value: Value) => boolean }): Promise<Value>;
  /** The next question is asked again. Without a key: every question. */
  forget(key?: string): void;
}

/**
 * Remembers the answers of `ask`, for a limited time and in limited number. Questions asked at the same time share one
 * answer. A failure is not an answer and is not remembered.
 */
export function remember<Value>(
  ask: (key: string) => Promise<Value>,
  { forMs, most = 1000, now = Date.now }: { forMs: number; most?: number; now?: () => number },
): Remembered<Value> {
  const known = new Map<string, { readonly at: number; readonly value: Promise<Value> }>();
  const askAnew = (key: string) => {
    const entry = { at: now(), value: ask(key) };
    if (known.size >= most) known.clear();
    known.set(key, entry);
    entry.value.catch(() => known.get(key) === entry && known.delete(key));
    return entry.value;
  };
  return {
    async get(key, { fresh = false, good } = {}) {
      const entry = known.get(key);
      if (!fresh && entry && now() - entry.at < forMs) {
        const value = await entry.value;
        if (good?.(value) !== false) return value;
      }
      return askAnew(key);
    },
    forget(key) {
      if (key === undefined) known.clear();
      else known.delete(key);
    },
  };
}
