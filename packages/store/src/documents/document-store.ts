import {
  type DocumentIndex,
  type DocumentStore,
  handledLength,
  type ListQuery,
  type Shown,
  type Stored,
  type Swap,
} from "@mailfleet/kit";
import type { Collection, Filter, IndexDescription, Sort } from "mongodb";
import { duplicateIndex, isDuplicateKey, type Store } from "../connect.ts";

/** Opens one collection of documents for the kit, with its indexes. What is `unlisted` is neither listed nor shown. */
export async function openDocuments<Body extends object>(
  store: Store,
  name: string,
  indexes: readonly DocumentIndex[],
  unlisted: readonly string[] = [],
): Promise<DocumentStore<Body>> {
  const collection = store.db.collection<Stored<Body>>(name) as unknown as Collection<Stored<object>>;
  await collection.createIndexes(indexes.map(described));
  // Commands with their answers are large, and nobody who looks wants them.
  const shown = Object.fromEntries(["handled", "outbox", ...unlisted].map((name) => [name, 0]));
  const byId = (id: string, more: object = {}) => ({ _id: id, ...more }) as Filter<Stored<object>>;

  return {
    load: (id) => collection.findOne(byId(id)) as Promise<Stored<Body> | null>,

    show: (id) => collection.findOne(byId(id, { living: true }), { projection: shown }) as Promise<Shown<Body> | null>,

    async insert(document) {
      try {
        await collection.insertOne(document as never);
        return "inserted";
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const index = duplicateIndex(error);
        return index === "_id_" ? "exists" : { taken: index };
      }
    },

    async swap(id, v, swap) {
      try {
        return (await collection.findOneAndUpdate(byId(id, { v, living: true }), updateOf(v, swap) as never, {
          returnDocument: "after",
        })) as Stored<Body> | null;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return { taken: duplicateIndex(error) };
      }
    },

    async restore(id, key, messageIds) {
      await collection.updateOne(byId(id), {
        $set: { living: true },
        $unset: { expireAt: "" },
        $inc: { v: 1 },
        $pull: { handled: { key }, outbox: { id: { $in: [...messageIds] } } },
      } as never);
    },

    async discard(id, v) {
      await collection.deleteOne(byId(id, { v }));
    },

    async pull(id, messageIds) {
      await collection.updateOne(byId(id), { $pull: { outbox: { id: { $in: [...messageIds] } } } } as never);
    },

    async waiting(before, limit) {
      const found = await collection
        .find({ "outbox.at": { $lte: before }, "outbox.0": { $exists: true } } as Filter<Stored<object>>)
        .project({ outbox: 1 })
        .sort({ "outbox.at": 1 })
        .limit(limit)
        .toArray();
      return found as unknown as Pick<Stored<Body>, "_id" | "outbox">[];
    },

    async list(query) {
      const found = await collection
        .find(listFilter(query) as Filter<Stored<object>>, { projection: shown })
        .sort(query.sort.map(([path, direction]) => [path, direction] as const) as unknown as Sort)
        .limit(query.limit)
        .toArray();
      return found as unknown as Shown<Body>[];
    },
  };
}

function described({ name, keys, unique, where, expireAfterSeconds }: DocumentIndex): IndexDescription {
  return {
    name,
    key: keys,
    ...(unique ? { unique } : {}),
    ...(where ? { partialFilterExpression: where } : {}),
    ...(expireAfterSeconds === undefined ? {} : { expireAfterSeconds }),
  };
}

function updateOf(v: number, { set, unset, handled, outbox, changedAt, expireAt }: Swap): object {
  const gone = [...unset, ...(expireAt ? ["living"] : [])];
  return {
    $set: { ...set, v: v + 1, ...(changedAt === undefined ? {} : { changedAt }), ...(expireAt ? { expireAt } : {}) },
    ...(gone.length > 0 ? { $unset: Object.fromEntries(gone.map((name) => [name, ""])) } : {}),
    $push: {
      outbox: { $each: [...outbox] },
      ...(handled ? { handled: { $each: [handled], $slice: -handledLength } } : {}),
    },
  };
}

/** Living documents only. */
function listFilter(query: ListQuery): object {
  return pageFilter({ ...query, filter: { ...query.filter, living: true } });
}

/** What fits the filter and comes after the given values in the order of `sort`. */
export function pageFilter({ filter, sort, after }: ListQuery): object {
  if (!after) return filter;
  const later = sort.map(([path, direction], index) => ({
    ...Object.fromEntries(sort.slice(0, index).map(([earlier], place) => [earlier, after[place]])),
    [path]: { [direction === 1 ? "$gt" : "$lt"]: after[index] },
  }));
  return { $and: [filter, { $or: later }] };
}
