import type { Place as StreamPlace } from "@mailfleet/bus";
import type { Delivery, SubscribedFact } from "@mailfleet/contracts";
import type { LeaseFilter, ListQuery } from "@mailfleet/kit";
import { type Collection, findPage, type Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/** How far a subscription has come. A webhook's is changed only under the lease on it. */
export interface Place {
  readonly _id: string;
  /** When the stream was made that the numbers are of. */
  readonly stream?: string;
  /** The last fact that was acknowledged, or is kept as a delivery. */
  readonly sequence?: number;
  /** The last fact that was given to who asks; nothing behind it can be acknowledged. */
  readonly given?: number;
  /** Facts that were not read are gone, and who asks was not told for certain. */
  readonly missed?: true;
  /** Since when nothing has arrived; absent while something does. */
  readonly failingSince?: number;
}

/** A fact on its way to a webhook, with the bytes that are sent. */
export interface StoredDelivery extends Readonly<Omit<Delivery, "id">> {
  readonly _id: string;
  readonly sequence: number;
  /** Deliveries of one key are made in their order. */
  readonly key: string;
  readonly mailboxId?: string;
  readonly body: string;
  readonly expireAt: Date;
}

/** The outcome of an attempt. */
export type DeliveryOutcome = Pick<
  StoredDelivery,
  "_id" | "state" | "attempts" | "nextAt" | "status" | "answer" | "triedAt"
>;

/** Keeps how far each subscription has come. */
export function createPlaceStore(store: Store) {
  const places: Collection<Place> = store.db.collection<Place>(collections.places.name);
  return {
    get: async (id: string): Promise<Place> => (await places.findOne({ _id: id })) ?? { _id: id },
    /** Facts become deliveries up to here. False: another process has the lease. */
    move: async (filter: LeaseFilter, { stream, sequence }: StreamPlace): Promise<boolean> =>
      (await places.updateOne(filter, { $set: { stream, sequence }, $unset: { missed: 1 } })).matchedCount > 0,
    /** Who asks was given facts up to here. */
    give: async (id: string, { stream, sequence }: StreamPlace): Promise<void> => {
      await places.updateOne({ _id: id }, { $set: { stream }, $max: { given: sequence } }, { upsert: true });
    },
    /** Never back: an acknowledgement that comes late changes nothing. False: so much was never given. */
    acknowledge: async (id: string, sequence: number): Promise<boolean> => {
      const change = { $max: { sequence }, $unset: { missed: 1 as const } };
      return (await places.updateOne({ _id: id, given: { $gte: sequence } }, change)).matchedCount > 0;
    },
    /** The stream is another one: from its first fact on. */
    restart: async ({ _id, ...before }: Place): Promise<void> => {
      const gone = { stream: 1, sequence: 1, given: 1 } as const;
      const still = { _id, stream: before.stream ?? { $exists: false } };
      await places.updateOne(still, { $set: { missed: true }, $unset: gone });
    },
    /** Something arrived, or somebody changed it. */
    works: async (id: string) => {
      await places.updateOne({ _id: id, failingSince: { $exists: true } }, { $unset: { failingSince: 1 } });
    },
    /** Nothing arrived: since when that is so. */
    fails: async (filter: LeaseFilter, at: number): Promise<number> => {
      const since = [{ $set: { failingSince: { $ifNull: ["$failingSince", at] } } }];
      return (await places.findOneAndUpdate(filter, since, { returnDocument: "after" }))?.failingSince ?? at;
    },
  };
}
export type PlaceStore = ReturnType<typeof createPlaceStore>;

/** A delivery as people see it. */
export function shownDelivery(one: StoredDelivery): Delivery {
  const { _id: id, subscriptionId, factId, type, at, state, attempts, nextAt, status, answer, triedAt } = one;
  return { id, subscriptionId, factId, type, at, state, attempts, nextAt, status, answer, triedAt };
}

/** Keeps facts on their way to webhooks, and what became of them. */
export function createDeliveryStore(store: Store) {
  const deliveries: Collection<StoredDelivery> = store.db.collection<StoredDelivery>(collections.deliveries.name);
  const places: Collection<Place> = store.db.collection<Place>(collections.places.name);
  return {
    /** Keeps new ones; one that is kept already stays as it is. */
    keep: async (made: readonly StoredDelivery[]) => {
      if (made.length === 0) return;
      const writes = made.map(({ _id, ...rest }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true },
      }));
      await deliveries.bulkWrite(writes as never, { ordered: false });
    },
    /** What is due, oldest first, without those behind one of their key that still waits. */
    due: async (subscriptionId: string, now: number, limit: number): Promise<StoredDelivery[]> => {
      const pending = { subscriptionId, state: "pending" as const };
      const waiting = await deliveries.distinct("key", { ...pending, nextAt: { $gt: now } });
      const due = { ...pending, nextAt: { $lte: now }, key: { $nin: waiting } };
      return deliveries.find(due).sort({ sequence: 1 }).limit(limit).toArray();
    },
    countPending: (subscriptionId: string, most: number) =>
      deliveries.countDocuments({ subscriptionId, state: "pending" }, { limit: most }),
    note: async (outcomes: readonly DeliveryOutcome[]) => {
      const writes = outcomes.map(({ _id, ...rest }) => ({ updateOne: { filter: { _id }, update: { $set: rest } } }));
      if (writes.length > 0) await deliveries.bulkWrite(writes as never, { ordered: false });
    },
    get: (id: string) => deliveries.findOne({ _id: id }),
    list: (query: ListQuery): Promise<StoredDelivery[]> => findPage(deliveries, query),
    /** Due again now: one, or all of a subscription since a time. Answers how many. */
    again: async (filter: { _id: string } | { subscriptionId: string; at: { $gte: number } }, now: number) => {
      const done = { ...filter, state: { $in: ["delivered" as const, "failed" as const] } };
      const change = { state: "pending" as const, nextAt: now, attempts: 0 };
      return (await deliveries.updateMany(done, { $set: change })).modifiedCount;
    },
    forget: async (subscriptionId: string) => {
      await deliveries.deleteMany({ subscriptionId });
      await places.deleteOne({ _id: subscriptionId });
    },
  };
}
export type DeliveryStore = ReturnType<typeof createDeliveryStore>;

/** The key of a fact: facts with one key are delivered in order. */
export function keyOf({ mailboxId, data }: SubscribedFact): string {
  if (mailboxId !== undefined) return mailboxId;
  const { alert, profileId } = (data ?? {}) as { alert?: { object?: { id?: string } }; profileId?: string };
  return alert?.object?.id ?? profileId ?? "";
}
