import { type DocumentStore, handledLength, type Shown, type Stored, type Swap } from "@mailfleet/kit";
import type { Collection, Filter } from "mongodb";
import { duplicateIndex, isDuplicateKey, type Store } from "../connect.ts";
import { findPage } from "../find-page.ts";
import { groupReads, groupWrites } from "../grouped.ts";

/** Opens one collection of documents for the kit. What is `unlisted` is neither listed nor shown. */
export function openDocuments<Body extends object>(
  store: Store,
  name: string,
  unlisted: readonly string[] = [],
): DocumentStore<Body> {
  const collection = store.db.collection<Stored<Body>>(name) as unknown as Collection<Stored<object>>;
  // Commands with their answers are large, and views and lists do not need them.
  const shown = Object.fromEntries(
    ["handled", "outbox", "unsettled", "said", "sayAgainAt", ...unlisted].map((name) => [name, 0]),
  );
  const asItIs = { $unset: { unsettled: "" } } as never;
  const byId = (id: string, more: object = {}) => ({ _id: id, ...more }) as Filter<Stored<object>>;

  const read = groupReads(collection);
  const write = groupWrites(collection);

  return {
    load: (id) => read(id) as Promise<Stored<Body> | null>,

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

    async settle(id, { key }) {
      await collection.updateOne(byId(id, { "unsettled.key": key }), asItIs);
    },

    async takeBack(id, { key, messageIds }) {
      const mine = byId(id, { "unsettled.key": key });
      await collection.deleteOne({ ...mine, living: true, v: 1 });
      await collection.updateOne({ ...mine, living: { $exists: false } }, {
        $set: { living: true },
        $unset: { expireAt: "", unsettled: "" },
        $inc: { v: 1 },
        $pull: { handled: { key }, outbox: { id: { $in: [...messageIds] } } },
      } as never);
      await collection.updateOne(mine, asItIs);
    },

    async hasWork({ before, now }, except) {
      const some = [
        { "outbox.at": { $lte: before }, "outbox.0": { $exists: true } },
        { "unsettled.at": { $exists: true, $lte: before } },
        { sayAgainAt: { $lte: now } },
      ];
      const filter = { $or: some, ...others(except) } as Filter<Stored<object>>;
      return (await collection.findOne(filter, { projection: { _id: 1 } })) !== null;
    },

    async unsettled(before, limit, except) {
      const found = await collection
        .find({ "unsettled.at": { $exists: true, $lte: before }, ...others(except) } as Filter<Stored<object>>)
        .limit(limit)
        .toArray();
      return found as Stored<Body>[];
    },

    async pull(id, messageIds, again, againAt) {
      const ids = { $in: [...messageIds] };
      const kept = again.length > 0 ? { $push: { said: { $each: [...again] } }, $set: { sayAgainAt: againAt } } : {};
      // If two processes have published the same entries, the second one removes nothing.
      const update = { $pull: { outbox: { id: ids } }, ...kept } as never;
      await write({ updateOne: { filter: byId(id, { "outbox.id": ids }), update } });
    },

    async waiting(before, limit, except) {
      const found = await collection
        .find({
          "outbox.at": { $lte: before },
          "outbox.0": { $exists: true },
          unsettled: { $exists: false },
          ...others(except),
        } as Filter<Stored<object>>)
        .project({ outbox: 1 })
        .sort({ "outbox.at": 1 })
        .limit(limit)
        .toArray();
      return found as unknown as Pick<Stored<Body>, "_id" | "outbox">[];
    },

    async sayingAgain(now, limit, except) {
      const found = await collection
        .find({ sayAgainAt: { $lte: now }, ...others(except) } as Filter<Stored<object>>)
        .project({ said: 1 })
        .limit(limit)
        .toArray();
      return found as unknown as Pick<Stored<Body>, "_id" | "said">[];
    },

    async saidAgain(id, messageIds) {
      const ids = [...messageIds];
      const more = { said: { $elemMatch: { id: { $nin: ids } } } };
      await collection.updateOne(byId(id, { $nor: [more] }), { $unset: { said: "", sayAgainAt: "" } } as never);
      await collection.updateOne(byId(id, more), { $pull: { said: { id: { $in: ids } } } } as never);
    },

    async list(query) {
      // Living documents only.
      const living = { ...query, filter: { ...query.filter, living: true } };
      const found = await findPage(collection, living, { projection: shown });
      return found as unknown as Shown<Body>[];
    },
  };
}

const others = (except: readonly string[]) => (except.length > 0 ? { _id: { $nin: [...except] } } : {});

function updateOf(v: number, { set, unset, handled, outbox, changedAt, expireAt, unsettled }: Swap): object {
  const gone = [...unset, ...(expireAt ? ["living"] : [])];
  return {
    $set: {
      ...{ ...set, v: v + 1 },
      ...(changedAt === undefined ? {} : { changedAt }),
      ...(expireAt ? { expireAt } : {}),
      ...(unsettled ? { unsettled } : {}),
    },
    ...(gone.length > 0 ? { $unset: Object.fromEntries(gone.map((name) => [name, ""])) } : {}),
    $push: {
      outbox: { $each: [...outbox] },
      ...(handled ? { handled: { $each: [handled], $slice: -handledLength } } : {}),
    },
  };
}
