/** How many milliseconds a wait for the network keeps its slot: a healthy server answers sooner. */
const patienceMs = 50;

/** The right to work: memory and processor are enough for so many at once. */
export interface Slot {
  /** Waits for the network. After 50 ms the slot is given to another, and taken again when the wait is over. */
  waitFor<Result>(waiting: Promise<Result>): Promise<Result>;
  /** The same for each next item of a source. What is done with an item keeps the slot. */
  each<Item>(source: AsyncIterable<Item>): AsyncGenerator<Item>;
  /** Gives it back. Once is enough, more does no harm. */
  give(): void;
}

/** Slots of one process, given in the order in which they were asked for. */
export interface Slots {
  /** Waits for one. Rejects with the signal's reason, which also ends the waits of the slot for its turn. */
  take(signal: AbortSignal): Promise<Slot>;
}

/** Makes this many slots. Runs that only wait, for servers that hang or drip, need none. */
export function createSlots(count: number): Slots {
  let free = count;
  const queue = new Set<() => void>();

  const giveOne = () => {
    const [next] = queue;
    if (next === undefined) free += 1;
    else next();
  };
  const takeOne = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (free > 0) {
        free -= 1;
        return resolve();
      }
      const leave = () => {
        queue.delete(go);
        signal.removeEventListener("abort", gone);
      };
      const go = () => {
        leave();
        resolve();
      };
      const gone = () => {
        leave();
        reject(signal.reason);
      };
      queue.add(go);
      signal.addEventListener("abort", gone, { once: true });
    });

  return {
    async take(signal) {
      await takeOne(signal);
      let holding = true;
      const give = () => {
        if (!holding) return;
        holding = false;
        giveOne();
      };
      const waitFor = async <Result>(waiting: Promise<Result>): Promise<Result> => {
        const late = setTimeout(give, patienceMs);
        try {
          return await waiting;
        } finally {
          clearTimeout(late);
          if (!holding) {
            await takeOne(signal);
            holding = true;
          }
        }
      };
      return {
        waitFor,
        async *each(source) {
          const items = source[Symbol.asyncIterator]();
          try {
            for (;;) {
              const next = await waitFor(items.next());
              if (next.done) return;
              yield next.value;
            }
          } finally {
            await items.return?.();
          }
        },
        give,
      };
    },
  };
}
