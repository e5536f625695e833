import { type AnyBulkWriteOperation, duplicateKeyCode, type Store, writeFates } from "@mailfleet/store";
import { collections } from "../collections.ts";
import type { LiveTimer, TimerAdvance, TimerDocument, TimerOrder } from "./document.ts";
import { type Target, targetOf } from "./targets.ts";

/** A message that is older than this has long been delivered or gone. */
const tombstoneMs = 86_400_000;

/** The collection `timers`, owned by `scheduler`. Every method throws an outage (`isOutage`) while MongoDB is away. */
export function createTimerStore(store: Store) {
  const timers = store.db.collection<TimerDocument>(collections.timers.name);
  const live = { due: { $exists: true } } as const;
  const but = (without: readonly string[]) => (without.length > 0 ? { _id: { $nin: [...without] } } : {});
  const tombstone = (now: number) => ({
    $set: { expireAt: new Date(now + tombstoneMs) },
    $unset: { due: "", everyMs: "", deliver: "", target: "", madeUp: "", waitMs: "" } as const,
  });

  const write = (order: TimerOrder, now: number, upsert: boolean): AnyBulkWriteOperation<TimerDocument> => {
    const { owner, name, seq } = order;
    const update =
      order.order === "clear"
        ? { ...tombstone(now), $set: { owner, name, seq, ...tombstone(now).$set } }
        : {
            $set: {
              owner,
              name,
              seq,
              due: order.due,
              deliver: order.deliver,
              target: targetOf(order.deliver.subject) as Target,
              ...(order.everyMs === undefined ? {} : { everyMs: order.everyMs }),
            },
            $unset: {
              expireAt: "" as const,
              madeUp: "" as const,
              waitMs: "" as const,
              ...(order.everyMs === undefined ? { everyMs: "" as const } : {}),
            },
          };
    return { updateOne: { filter: { _id: `${owner}/${name}`, seq: { $lt: seq } }, update, upsert } };
  };

  return {
    /** Sets and clears in one write; an order whose number is not higher than the stored one changes nothing. */
    async apply(orders: readonly TimerOrder[], now: number) {
      const last = [...lastOfEach(orders).values()];
      if (last.length === 0) return;
      try {
        await timers.bulkWrite(
          last.map((order) => write(order, now, true)),
          { ordered: false },
        );
      } catch (error) {
        // The upsert found no lower number because there is a higher one, or because another replica inserted meanwhile.
        const collided = collisions(error, last.length);
        if (!collided) throw error;
        await timers.bulkWrite(
          collided.flatMap((index) => last[index] ?? []).map((order) => write(order, now, false)),
          { ordered: false },
        );
      }
    },

    /** The first that are due for a stream, earliest first, without those named and the first `skip` of the others. */
    due: (
      target: Target,
      now: number,
      limit: number,
      { skip = 0, without = [] }: { readonly skip?: number; readonly without?: readonly string[] } = {},
    ) =>
      timers
        .find({ target, due: { $exists: true, $lte: now }, ...but(without) })
        .sort({ due: 1 })
        .skip(skip)
        .limit(limit)
        .toArray() as Promise<LiveTimer[]>,

    /** When the earliest timer of a stream is due, those named left out; `null` if there is none. */
    async nextDue(target: Target, without: readonly string[] = []) {
      const first = await timers.findOne(
        { target, ...live, ...but(without) },
        { sort: { due: 1 }, projection: { due: 1 } },
      );
      return first?.due ?? null;
    },

    /** Compare and swap on (seq, due), in one write. Returns how many were still as they had been read. */
    async advance(advances: readonly TimerAdvance[], now: number) {
      if (advances.length === 0) return 0;
      const result = await timers.bulkWrite(
        advances.map(({ _id, seq, due, next, madeUp, waitMs }) => ({
          updateOne: {
            filter: { _id, seq, due },
            update:
              next === null
                ? tombstone(now)
                : madeUp || waitMs
                  ? { $set: { due: next, ...(madeUp && { madeUp }), ...(waitMs && { waitMs }) } }
                  : { $set: { due: next }, $unset: { madeUp: "" as const } },
          },
        })),
        { ordered: false },
      );
      return result.matchedCount;
    },

    /** All of an owner, live or not; how many there were. */
    removeAll: async (owner: string) => (await timers.deleteMany({ owner })).deletedCount,

    /** Live timers by name. */
    list: (owner: string) =>
      timers
        .find({ owner, ...live })
        .sort({ name: 1 })
        .toArray() as Promise<LiveTimer[]>,
  };
}
export type TimerStore = ReturnType<typeof createTimerStore>;

/** Within one batch only the highest number of each timer matters; of equal ones the first. */
function lastOfEach(orders: readonly TimerOrder[]): Map<string, TimerOrder> {
  const last = new Map<string, TimerOrder>();
  for (const order of orders) {
    const key = `${order.owner}/${order.name}`;
    const present = last.get(key);
    if (!present || order.seq > present.seq) last.set(key, order);
  }
  return last;
}

/** Places of the writes that met an existing key; `null` if anything else went wrong, or is not known. */
function collisions(error: unknown, count: number): number[] | null {
  const left = writeFates(error, count).map((fate, index) => ({ ...fate, index }));
  const collided = left.filter((one) => one.fate === "refused" && one.code === duplicateKeyCode);
  return left.every((one) => one.fate === "done" || collided.includes(one)) ? collided.map(({ index }) => index) : null;
}
