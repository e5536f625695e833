import type { PermitKey, PermitState, PermitStore } from "@mailfleet/kit";
import type { Collection } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";

/** Everybody who has a permit under one key at the moment, and who was refused one. */
interface PermitDocument {
  readonly _id: string;
  readonly permits: readonly { readonly id: string; readonly party: string; readonly until: Date }[];
  readonly waits: readonly { readonly party: string; readonly since: Date; readonly until: Date }[];
  readonly usedAt: Date;
}

/** So long a place is left to a party that was refused; longer than it takes to come again. */
const waitMs = 3000;
const forgetAfterSeconds = 86_400;
/** A request that hangs is given up before what it renews has run out. */
const patienceMs = 4000;

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
export async function createPermitStore(store: Store): Promise<PermitStore> {
  const documents: Collection<PermitDocument> = store.db.collection<PermitDocument>("permits");
  await documents.createIndex({ usedAt: 1 }, { name: "unused", expireAfterSeconds: forgetAfterSeconds });

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
      const states = new Map<string, PermitState>(permits.map(({ id }) => [id, "held"]));
      const idsByKey = new Map<string, string[]>();
      for (const { id, keys } of permits)
        for (const { key } of keys) idsByKey.set(key, [...(idsByKey.get(key) ?? []), id]);
      const renewals = [...idsByKey].map(async ([key, ids]) => {
        const after = await documents.findOneAndUpdate({ _id: key }, renew(ids, holdMs), {
          returnDocument: "after",
          timeoutMS: patienceMs,
        });
        const left = new Set(after?.permits.map(({ id }) => id));
        const wanted = after !== null && isWanted(after, party);
        for (const id of ids)
          if (!left.has(id)) states.set(id, "lost");
          else if (wanted && states.get(id) === "held") states.set(id, "wanted");
      });
      await Promise.all(renewals);
      return permits.map(({ id }) => states.get(id) ?? "lost");
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

function isWanted({ permits, waits }: PermitDocument, party: string): boolean {
  const has = (name: string) => permits.filter((permit) => permit.party === name).length;
  return waits.some((wait) => wait.party !== party && has(wait.party) < has(party));
}
