import type { Collection } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";

/** All connections that one holder of credentials has at the moment, over all replicas. */
interface SlotDocument {
  readonly _id: string;
  readonly leases: readonly { readonly token: string; readonly until: Date }[];
  readonly usedAt: Date;
}

/** The collection `slots`, owned by `inbound-sync`: a connection is made only with a slot. */
export interface SlotRepository {
  /** A token, or `null`: all are taken. A slot that is not renewed is free again after `leaseMs`. */
  take(holder: string, maximum: number, leaseMs: number): Promise<string | null>;
  /** False: it was not renewed in time and is gone. */
  renew(holder: string, token: string, leaseMs: number): Promise<boolean>;
  give(holder: string, token: string): Promise<void>;
}

const forgetAfterSeconds = 86_400;

/** Makes the indexes, then the repository. One document per holder, so that taking a slot is one compare-and-swap. */
export async function createSlotRepository(store: Store, name = "slots"): Promise<SlotRepository> {
  const slots: Collection<SlotDocument> = store.db.collection<SlotDocument>(name);
  await slots.createIndex({ usedAt: 1 }, { name: "unused", expireAfterSeconds: forgetAfterSeconds });
  return {
    async take(holder, maximum, leaseMs) {
      const token = crypto.randomUUID();
      const living = {
        $filter: { input: { $ifNull: ["$leases", []] }, cond: { $gt: ["$$this.until", "$$NOW"] } },
      };
      const withMine = { $concatArrays: ["$leases", [{ token, until: { $add: ["$$NOW", leaseMs] } }]] };
      const update = [
        { $set: { leases: living, usedAt: "$$NOW" } },
        { $set: { leases: { $cond: [{ $lt: [{ $size: "$leases" }, maximum] }, withMine, "$leases"] } } },
      ];
      for (;;)
        try {
          const after = await slots.findOneAndUpdate({ _id: holder }, update, {
            upsert: true,
            returnDocument: "after",
          });
          return after?.leases.some((lease) => lease.token === token) ? token : null;
        } catch (error) {
          // Two made the document at the same moment: now it is there.
          if (!isDuplicateKey(error)) throw error;
        }
    },

    async renew(holder, token, leaseMs) {
      const renewed = {
        $cond: [
          { $eq: ["$$this.token", token] },
          { token: "$$this.token", until: { $add: ["$$NOW", leaseMs] } },
          "$$this",
        ],
      };
      const result = await slots.updateOne({ _id: holder, "leases.token": token }, [
        { $set: { leases: { $map: { input: "$leases", in: renewed } }, usedAt: "$$NOW" } },
      ]);
      return result.matchedCount > 0;
    },

    async give(holder, token) {
      await slots.updateOne({ _id: holder }, { $pull: { leases: { token } } });
    },
  };
}
