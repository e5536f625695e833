import type { Logger } from "@mailfleet/contracts";

/** Runs the work for each item in order, a limited number at once. At the end throws the first error, if any. */
export async function inParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  const workers = Array.from({ length: Math.min(concurrency, items.length) }, worker);
  const failed = (await Promise.allSettled(workers)).find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}

/**
 * The same, but one item's error is logged under its name and never keeps the round from the others. Answers how many
 * failed.
 */
export async function eachAlone<Item>(
  items: readonly Item[],
  {
    concurrency = 8,
    logger,
    what,
    name,
  }: { concurrency?: number; logger: Logger; what: string; name: (item: Item) => string },
  work: (item: Item) => Promise<void>,
): Promise<number> {
  let failures = 0;
  await inParallel(items, concurrency, async (item) => {
    try {
      await work(item);
    } catch (error) {
      failures++;
      logger.warn({ what, item: name(item), err: error }, "an item failed and waits for the next round");
    }
  });
  return failures;
}
