import type { LeaseStore } from "@mailfleet/kit";
import type { Collection, Document } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";

interface LeasedDocument extends Document {
  readonly _id: string;
  readonly lease?: { readonly fence: number; readonly owner: string | null; readonly until: Date | null };
}

/** A request that hangs is given up before what it renews has run out. */
const patienceMs = 4000;

/**
 * Leases in the field `lease` of the documents of a collection. `Kept` is the document as its owner knows it: of a new one
 * nothing but the lease is there; with `onlyExisting` no document is made, and the lease on none is refused.
 */
export function createLeaseStore<Kept>(
  store: Store,
  collection: string,
  { onlyExisting = false }: { readonly onlyExisting?: boolean } = {},
): LeaseStore<Kept> {
  const documents: Collection<LeasedDocument> = store.db.collection<LeasedDocument>(collection);
  const until = (holdMs: number) => ({ $add: ["$$NOW", holdMs] });

  /** Those of the keys that are this owner's now. */
  async function takeAll(keys: readonly string[], owner: string, holdMs: number) {
    const free = { $lte: [{ $ifNull: ["$lease.until", new Date(0)] }, "$$NOW"] };
    // The clock keeps the fence growing where a document was deleted and made again.
    const fence = { $max: [{ $add: [{ $ifNull: ["$lease.fence", 0] }, 1] }, { $toLong: "$$NOW" }] };
    const update = [{ $set: { lease: { owner, fence, until: until(holdMs) } } }];
    const orOwn = { $or: [free, { $eq: ["$lease.owner", owner] }] };
    await documents.bulkWrite(
      keys.map((_id) => ({ updateOne: { filter: { _id, $expr: orOwn }, update } })),
      { ordered: false },
    );
    const found = await documents.find({ _id: { $in: [...keys] } }).toArray();
    return new Map(found.map((document) => [document._id, document]));
  }

  /** An upsert may not have `$expr`, so documents that are not there are made first. */
  const make = (keys: readonly string[]) =>
    documents
      .insertMany(
        keys.map((_id) => ({ _id })),
        { ordered: false },
      )
      .catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error;
      });

  return {
    async take(keys, owner, holdMs) {
      const found = await takeAll(keys, owner, holdMs);
      const missing = onlyExisting ? [] : keys.filter((key) => !found.has(key));
      if (missing.length > 0) {
        await make(missing);
        for (const [key, made] of await takeAll(missing, owner, holdMs)) found.set(key, made);
      }
      return keys.map((key) => {
        const document = found.get(key);
        if (document?.lease?.owner !== owner) return null;
        return { fence: document.lease.fence, document: document as unknown as Kept };
      });
    },

    async keep(keys, owner, holdMs) {
      const own = { _id: { $in: [...keys] }, "lease.owner": owner };
      const options = { timeoutMS: patienceMs };
      const kept = await documents.updateMany(own, [{ $set: { "lease.until": until(holdMs) } }], options);
      if (kept.matchedCount === keys.length) return keys.map(() => true);
      const left = new Set((await documents.find(own, { projection: { _id: 1 }, ...options }).toArray()).map(idOf));
      return keys.map((key) => left.has(key));
    },

    async release(key, fence) {
      await documents.updateOne(
        { _id: key, "lease.fence": fence },
        { $set: { "lease.owner": null, "lease.until": null } },
      );
    },
  };
}

const idOf = ({ _id }: { readonly _id: string }) => _id;
