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

  const take = (key: string, owner: string, holdMs: number) => {
    const free = { $lte: [{ $ifNull: ["$lease.until", new Date(0)] }, "$$NOW"] };
    // The clock keeps the fence growing where a document was deleted and made again.
    const fence = { $max: [{ $add: [{ $ifNull: ["$lease.fence", 0] }, 1] }, { $toLong: "$$NOW" }] };
    return documents.findOneAndUpdate(
      { _id: key, $expr: { $or: [free, { $eq: ["$lease.owner", owner] }] } },
      [{ $set: { lease: { owner, fence, until: until(holdMs) } } }],
      { returnDocument: "after" },
    );
  };

  return {
    async take(key, owner, holdMs) {
      let document = await take(key, owner, holdMs);
      if (!document && !onlyExisting) {
        if ((await documents.countDocuments({ _id: key }, { limit: 1 })) > 0) return null;
        // An upsert may not have `$expr`, so the document is made first.
        await documents.insertOne({ _id: key }).catch((error: unknown) => {
          if (!isDuplicateKey(error)) throw error;
        });
        document = await take(key, owner, holdMs);
      }
      return document?.lease ? { fence: document.lease.fence, document: document as unknown as Kept } : null;
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
