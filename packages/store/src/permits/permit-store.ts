import { type PermitKey, type PermitRecord, type PermitStore, permitCollection } from "@mailfleet/kit";
import type { Collection } from "mongodb";
import type { Store } from "../connect.ts";
import { duplicateKeyCode } from "../outage.ts";
import { type WriteFate, writeFates } from "../write-fates.ts";

/** Everybody who has a permit under one key at the moment, and who was refused one. */
interface PermitDocument {
  readonly _id: string;
  readonly permits: readonly { readonly id: string; readonly party: string; readonly until: Date }[];
  readonly waits: readonly Wait[];
  readonly usedAt: Date;
}

/** A party that was refused: since when, until when a place is left to it, and until when it keeps its turn. */
interface Wait {
  readonly party: string;
  readonly since: Date;
  readonly reserves: Date;
  readonly until: Date;
}

/** What a permit needs under one of its keys. */
interface Place extends PermitKey {
  readonly id: string;
}

/** How long a place is reserved for a party that was refused: longer than it mostly takes to ask again. */
const reservedMs = 3000;
/**
 * How long it keeps its turn: longer than anybody takes to ask again. Two who ask seldom would else each come too late for
 * their own place, and keep the other from it, for ever.
 */
const turnMs = 15_000;
/** Two requests renew; both are given up before what they renew has run out. */
const patienceMs = 2000;
/** The server looks through the ids of a statement for each permit that it meets. */
const perStatement = 100;
/** What is read of a document after its permits were renewed. */
const forRenewal = { "permits.id": 1, "permits.party": 1, waits: livingOf("waits", "reserves") } as const;

const living = {
  $set: { permits: livingOf("permits", "until"), waits: livingOf("waits", "until"), usedAt: "$$NOW" },
};
const permitsOf = (party: unknown) => ({
  $size: { $filter: { input: "$permits", as: "permit", cond: { $eq: ["$$permit.party", party] } } },
});

function livingOf(field: string, end: string) {
  return { $filter: { input: { $ifNull: [`$${field}`, []] }, cond: { $gt: [`$$this.${end}`, "$$NOW"] } } };
}

/**
 * Permits in the collection `permits`: part of the kit, written by every process that takes permits, owned by no
 * service. One document per key, so that taking one is one write.
 */
export function createPermitStore(store: Store): PermitStore {
  const documents: Collection<PermitDocument> = store.db.collection<PermitDocument>(permitCollection.name);

  /** Makes the documents that are not there. */
  async function writeAll(updates: readonly { readonly key: string; readonly update: object[] }[]) {
    for (let left = updates; left.length > 0; )
      try {
        const statements = left.map(({ key, update }) => ({
          updateOne: { filter: { _id: key }, update, upsert: true },
        }));
        await documents.bulkWrite(statements, { ordered: false });
        return;
      } catch (error) {
        const fates = writeFates(error, left.length);
        const isThere = (one: WriteFate) => one.fate === "refused" && one.code === duplicateKeyCode;
        if (!fates.every((one) => one.fate === "done" || isThere(one))) throw error;
        // Two made a document at the same moment: now it is there.
        left = left.filter((_, index) => fates[index]?.fate === "refused");
      }
  }

  /** Those of the places that were free. */
  async function takePlaces(places: readonly Place[], party: string, holdMs: number): Promise<ReadonlySet<Place>> {
    const byKey = Map.groupBy(places, ({ key }) => key);
    await writeAll([...byKey].map(([key, wanted]) => ({ key, update: takeFor(wanted, party, holdMs) })));
    const found = await documents
      .find({ _id: { $in: [...byKey.keys()] } }, { projection: { "permits.id": 1 } })
      .toArray();
    const taken = new Map(found.map(({ _id, permits }) => [_id, new Set(permits.map(({ id }) => id))]));
    return new Set(places.filter(({ key, id }) => taken.get(key)?.has(id)));
  }

  async function give(permits: readonly PermitRecord[]): Promise<void> {
    const statements = [...Map.groupBy(permits.flatMap(placesOf), ({ key }) => key)].map(([_id, places]) => ({
      updateOne: { filter: { _id }, update: { $pull: { permits: { id: { $in: places.map(({ id }) => id) } } } } },
    }));
    await documents.bulkWrite(statements, { ordered: false });
  }

  return {
    async take(permits, party, holdMs) {
      let left = permits;
      // What cannot be given back now runs out.
      const giveBack = (some: readonly PermitRecord[]) => (some.length > 0 ? give(some).catch(() => {}) : undefined);
      try {
        // What its holder refuses never counts at its host.
        for (let rank = 0; ; rank += 1) {
          const places = left.flatMap((permit) => placesOf(permit).slice(rank, rank + 1));
          if (places.length === 0) break;
          const taken = await takePlaces(places, party, holdMs);
          const refused = new Set(places.filter((place) => !taken.has(place)).map(({ id }) => id));
          left = left.filter(({ id }) => !refused.has(id));
        }
      } catch (error) {
        await giveBack(permits);
        throw error;
      }
      const whole = new Set(left);
      await giveBack(permits.filter((permit) => !whole.has(permit)));
      return permits.map((permit) => whole.has(permit));
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
      const places = new Map(found.map((document) => [document._id, heldBy(document, party)]));
      return permits.map(({ id, keys }) => {
        if (!keys.every(({ key }) => places.get(key)?.ids.has(id))) return "lost";
        if (keys.some(({ key }) => places.get(key)?.wanted)) return "wanted";
        return keys.some(({ key }) => places.get(key)?.awaited) ? "awaited" : "held";
      });
    },

    give,
  };
}

/**
 * A place is free if fewer than `most` parties have one or go before this party. A party that was refused goes first if
 * it has fewer places than this one, or as many and asked earlier. Each of `wanted` in its turn, since what it gets counts
 * for the next.
 */
function takeFor(wanted: readonly Place[], party: string, holdMs: number) {
  const mine = { $first: { $filter: { input: "$waits", cond: { $eq: ["$$this.party", party] } } } };
  const before = {
    $filter: {
      input: "$waits",
      as: "wait",
      cond: {
        $and: [
          { $ne: ["$$wait.party", party] },
          { $gt: ["$$wait.reserves", "$$NOW"] },
          {
            $or: [
              { $lt: [permitsOf("$$wait.party"), "$$has"] },
              { $and: [{ $eq: [permitsOf("$$wait.party"), "$$has"] }, { $lt: ["$$wait.since", "$since"] }] },
            ],
          },
        ],
      },
    },
  };
  const others = { $filter: { input: "$waits", cond: { $ne: ["$$this.party", party] } } };
  const until = { $add: ["$$NOW", holdMs] };
  const taken = {
    $reduce: {
      input: wanted.map(({ id, most }) => ({ id, most })),
      initialValue: [],
      in: {
        $let: {
          vars: { taken: "$$value", next: "$$this", has: { $add: [permitsOf(party), { $size: "$$value" }] } },
          in: {
            $cond: [
              { $lt: [{ $add: [{ $size: "$permits" }, { $size: "$$taken" }, { $size: before }] }, "$$next.most"] },
              { $concatArrays: ["$$taken", [{ id: "$$next.id", party, until }]] },
              "$$taken",
            ],
          },
        },
      },
    },
  };
  const allTaken = { $eq: [{ $size: "$taken" }, wanted.length] };
  // Who gets one and asks for more has asked just now.
  const since = { $cond: [{ $eq: ["$taken", []] }, "$since", "$$NOW"] };
  const wait = { party, since, reserves: { $add: ["$$NOW", reservedMs] }, until: { $add: ["$$NOW", turnMs] } };
  return [
    living,
    { $set: { since: { $ifNull: [{ $getField: { field: "since", input: mine } }, "$$NOW"] } } },
    { $set: { taken } },
    {
      $set: {
        permits: { $concatArrays: ["$permits", "$taken"] },
        waits: { $cond: [allTaken, others, { $concatArrays: [others, [wait]] }] },
      },
    },
    { $unset: ["since", "taken"] },
  ];
}

function renew(ids: readonly string[], holdMs: number): object[] {
  const until = { $add: ["$$NOW", holdMs] };
  const renewed = { $cond: [{ $in: ["$$this.id", ids] }, { $mergeObjects: ["$$this", { until }] }, "$$this"] };
  return [living, { $set: { permits: { $map: { input: "$permits", in: renewed } } } }];
}

/** The places of a permit, in the order of its keys. */
const placesOf = ({ id, keys }: PermitRecord): Place[] => keys.map((key) => ({ ...key, id }));

const keysOf = (permits: readonly { readonly keys: readonly PermitKey[] }[]) => [
  ...new Set(permits.flatMap(({ keys }) => keys.map(({ key }) => key))),
];

/** Who has permits under one key, whether another party waits, and whether one does that has fewer than this one. */
function heldBy({ permits, waits }: PermitDocument, party: string) {
  const has = (name: string) => permits.filter((permit) => permit.party === name).length;
  const others = waits.filter((wait) => wait.party !== party);
  return {
    ids: new Set(permits.map(({ id }) => id)),
    awaited: others.length > 0,
    wanted: others.some((wait) => has(wait.party) < has(party)),
  };
}
