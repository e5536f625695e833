import { type Counted, type ThroughputSlot, throughputSlots } from "@mailfleet/contracts";
import type { Store } from "@mailfleet/store";

/** A slot of time as one process counted it. */
export interface CountedSlot extends Counted {
  readonly by: ThroughputSlot;
}

interface ThroughputDocument extends CountedSlot {
  /** `<by>/<at>/<process>` */
  readonly _id: string;
  readonly expireAt: Date;
}

/** What is kept of what was counted. Every method throws an outage while MongoDB is away. */
export interface ThroughputStore {
  /** Saves how far this process has counted in these slots. It may be repeated: counts only grow. */
  save(slots: readonly CountedSlot[]): Promise<void>;
  /** What all processes counted, by slot, the oldest first. */
  since(by: ThroughputSlot, at: number): Promise<Counted[]>;
}

/**
 * Each process has documents of its own, which hold all that it counted in a slot: no write adds to another one, so one
 * that is repeated after an outage counts nothing twice. `owner` names the process, newly for each start.
 */
export function createThroughputStore(store: Store, collection: string, owner: string): ThroughputStore {
  const counted = store.db.collection<ThroughputDocument>(collection);
  return {
    async save(slots) {
      if (slots.length === 0) return;
      await counted.bulkWrite(
        slots.map(({ by, at, messages, failed, delayMs }) => ({
          updateOne: {
            filter: { _id: `${by}/${at}/${owner}` },
            update: {
              $max: { messages, failed, delayMs },
              $setOnInsert: { by, at, expireAt: new Date(at + throughputSlots[by].keptMs) },
            },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },
    async since(by, at) {
      const sum = (name: keyof Counted) => ({ $sum: `$${name}` });
      const found = await counted
        .aggregate<Omit<Counted, "at"> & { readonly _id: number }>([
          { $match: { by, at: { $gte: at } } },
          { $group: { _id: "$at", messages: sum("messages"), failed: sum("failed"), delayMs: sum("delayMs") } },
          { $sort: { _id: 1 } },
        ])
        .toArray();
      return found.map(({ _id, ...counts }) => ({ at: _id, ...counts }));
    },
  };
}
