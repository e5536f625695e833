/** How batches are formed. */
export interface GroupCommitOptions {
  readonly maximumItems: number;
  /** Batches under way at the same time. */
  readonly parallel: number;
  /** How long a batch waits for more, in milliseconds; 0: it takes only what is asked in the same turn of the event loop. */
  readonly gatherMs: number;
  /** Asked after each `gatherMs`, with the time that the batch has waited: true, and it waits once more. */
  readonly mayWait: (waitedMs: number) => boolean;
}

/**
 * Merges writes that are asked for at the same time into one. Calls that arrive while a batch is under way join the
 * next, so that batches grow with the load and a single write waits for nobody. All of a batch succeed or throw alike.
 */
export class GroupCommit<Item, Result> {
  readonly #write: (items: Item[]) => Promise<Result[]>;
  readonly #options: GroupCommitOptions;
  #queue: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = [];
  #running = 0;
  #scheduled = false;

  constructor(write: (items: Item[]) => Promise<Result[]>, options: Partial<GroupCommitOptions> = {}) {
    this.#write = write;
    this.#options = { maximumItems: 250, parallel: 1, gatherMs: 0, mayWait: () => false, ...options };
  }

  commit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#running >= this.#options.parallel) return;
    this.#scheduled = true;
    const { gatherMs } = this.#options;
    if (gatherMs > 0) this.#gather(gatherMs, performance.now());
    else setImmediate(() => this.#start());
  }

  #gather(gatherMs: number, since: number): void {
    setTimeout(() => {
      const { maximumItems, mayWait } = this.#options;
      if (this.#queue.length < maximumItems && mayWait(performance.now() - since)) this.#gather(gatherMs, since);
      else this.#start();
    }, gatherMs);
  }

  #start(): void {
    this.#scheduled = false;
    void this.#run();
  }

  async #run(): Promise<void> {
    const batch = this.#queue.splice(0, this.#options.maximumItems);
    if (batch.length === 0) return;
    this.#running += 1;
    if (this.#queue.length > 0) this.#schedule();
    try {
      const results = await this.#write(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#running -= 1;
      if (this.#queue.length > 0) this.#schedule();
    }
  }
}
