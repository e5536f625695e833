import { type PermitKey, type PermitStore, permitCollection } from "@mailfleet/kit";
import type { Collection } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";

/** Everybody who has a permit under one key at the moment, and who was refused one. */
interface PermitDocument {
  readonly _id: string;
  readonly permits: readonly { readonly id: string; readonly party: string; readonly until: Date }[];
  readonly waits: readonly { readonly party: string; readonly since: Date; readonly until: Date }[];
  readonly usedAt: Date;
}

/** How long a place is reserved for a party that was refused: longer than it takes to ask again. */
const waitMs = 3000;
/** Two requests renew; both are given up before what they renew has run out. */
const patienceMs = 2000;
/** The server looks through the ids of a statement for each permit that it meets. */
const perStatement = 100;
/** What is read of a document after its permits were renewed. */
const forRenewal = { "permits.id": 1, "permits.party": 1, "waits.party": 1 } as const;

const livingOf = (field: string) => ({
  $filter: { input: { $ifNull: [`$${field}`, []] }, cond: { $gt: ["$$this.until", "$$NOW"] } },
});
const living = { $set: { permits: livingOf("permits"), waits: livingOf("waits"), usedAt: "$$NOW" } };
const permitsOf = (party: unknown) => ({
  $size: { $filter: { input: "$permits", as: "permit", cond: { $eq: ["$$permit.party", party] } } },
});

/**
 * Permits in the collection `permits`: part of the kit, written by every process that takes permits, owned by no
 * service. One document per key, so that taking one is one write.
 */
export function createPermitStore(store: Store): PermitStore {
  const documents: Collection<PermitDocument> = store.db.collection<PermitDocument>(permitCollection.name);

  async function takeOne({ key, most }: PermitKey, id: string, party: string, holdMs: number): Promise<boolean> {
    const update = takeFor(id, party, most, holdMs);
    for (;;)
      try {
        const after = await documents.findOneAndUpdate({ _id: key }, update, { upsert: true, returnDocument: "after" });
        return after?.permits.some((permit) => permit.id === id) ?? false;
      } catch (error) {
        // Two made the document at the same moment: now it is there.
        if (!isDuplicateKey(error)) throw error;
      }
  }

  const giveOne = (key: string, id: string) => documents.updateOne({ _id: key }, { $pull: { permits: { id } } });

  return {
    async take({ id, keys }, party, holdMs) {
      const taken: string[] = [];
      try {
        for (const key of keys) {
          if (!(await takeOne(key, id, party, holdMs))) break;
          taken.push(key.key);
        }
        if (taken.length === keys.length) return true;
      } catch (error) {
        await giveBack();
        throw error;
      }
      await giveBack();
      return false;

      async function giveBack() {
        // What cannot be given back now runs out.
        await Promise.all(taken.map((key) => giveOne(key, id).catch(() => {})));
      }
    },

    async keep(permits, party, holdMs) {
      const statements = Array.from({ length: Math.ceil(permits.length / perStatement) }, (_, n) => {
        const some = permits.slice(n * perStatement, (n + 1) * perStatement);
        const ids = some.map(({ id }) => id);
        return { updateMany: { filter: { _id: { $in: keysOf(some) } }, update: renew(ids, holdMs) } };
      });
      await documents.bulkWrite(statements, { ordered: false, timeoutMS: patienceMs });
      const found = await documents
        .find({ _id: { $in: keysOf(permits) } }, { projection: forRenewal, timeoutMS: patienceMs })
        .toArray();
      const places = new Map(found.map((document) => [document._id, placesOf(document, party)]));
      return permits.map(({ id, keys }) => {
        if (!keys.every(({ key }) => places.get(key)?.ids.has(id))) return "lost";
        return keys.some(({ key }) => places.get(key)?.wanted) ? "wanted" : "held";
      });
    },

    async give({ id, keys }) {
      await Promise.all(keys.map(({ key }) => giveOne(key, id)));
    },
  };
}

/**
 * A place is free if fewer than `most` parties have one or go before this party. A party that was refused goes first if
 * it has fewer places than this one, or as many and asked earlier.
 */
function takeFor(id: string, party: string, most: number, holdMs: number): object[] {
  const mine = { $first: { $filter: { input: "$waits", cond: { $eq: ["$$this.party", party] } } } };
  const before = {
    $filter: {
      input: "$waits",
      as: "wait",
      cond: {
        $and: [
          { $ne: ["$$wait.party", party] },
          {
            $or: [
              { $lt: [permitsOf("$$wait.party"), "$has"] },
              { $and: [{ $eq: [permitsOf("$$wait.party"), "$has"] }, { $lt: ["$$wait.since", "$since"] }] },
            ],
          },
        ],
      },
    },
  };
  const others = { $filter: { input: "$waits", cond: { $ne: ["$$this.party", party] } } };
  const permit = { id, party, until: { $add: ["$$NOW", holdMs] } };
  const wait = { party, since: "$since", until: { $add: ["$$NOW", waitMs] } };
  return [
    living,
    { $set: { has: permitsOf(party), since: { $ifNull: [{ $getField: { field: "since", input: mine } }, "$$NOW"] } } },
    { $set: { free: { $lt: [{ $add: [{ $size: "$permits" }, { $size: before }] }, most] } } },
    {
      $set: {
        permits: { $cond: ["$free", { $concatArrays: ["$permits", [permit]] }, "$permits"] },
        waits: { $cond: ["$free", others, { $concatArrays: [others, [wait]] }] },
      },
    },
    { $unset: ["has", "since", "free"] },
  ];
}

function renew(ids: readonly string[], holdMs: number): object[] {
  const until = { $add: ["$$NOW", holdMs] };
  const renewed = { $cond: [{ $in: ["$$this.id", ids] }, { $mergeObjects: ["$$this", { until }] }, "$$this"] };
  return [living, { $set: { permits: { $map: { input: "$permits", in: renewed } } } }];
}

const keysOf = (permits: readonly { readonly keys: readonly PermitKey[] }[]) => [
  ...new Set(permits.flatMap(({ keys }) => keys.map(({ key }) => key))),
];

/** Who has permits under one key, and whether another party waits that has fewer than this one. */
function placesOf({ permits, waits }: PermitDocument, party: string) {
  const has = (name: string) => permits.filter((permit) => permit.party === name).length;
  const ids = new Set(permits.map(({ id }) => id));
  return { ids, wanted: waits.some((wait) => wait.party !== party && has(wait.party) < has(party)) };
}
