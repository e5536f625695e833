import type { Delivery, SubscribedFact } from "@mailfleet/contracts";
import type { Collection, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/** How far a subscription has come, and who works on it. */
export interface Place {
  readonly _id: string;
  /** The last fact that was acknowledged, or is kept as a delivery. */
  readonly sequence?: number;
  readonly time?: number;
  readonly owner?: string;
  readonly until?: Date;
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

/** What became of an attempt. */
export type DeliveryOutcome = Pick<
  StoredDelivery,
  "_id" | "state" | "attempts" | "nextAt" | "status" | "answer" | "triedAt"
>;

/** Where subscriptions stand. */
export function createPlaceStore(store: Store) {
  const places: Collection<Place> = store.db.collection<Place>(collections.places.name);
  return {
    get: async (id: string): Promise<Place> => (await places.findOne({ _id: id })) ?? { _id: id },
    /** Never back: an acknowledgement that comes late changes nothing. */
    move: async (id: string, { sequence, time }: { readonly sequence: number; readonly time: number }) => {
      await places.updateOne({ _id: id }, { $max: { sequence, time } }, { upsert: true });
    },
    /** For so long nobody else delivers; the database's clock counts. `null`: somebody else does. */
    take: async (id: string, owner: string, forMs: number): Promise<Place | null> => {
      const free = { $or: [{ $lte: [{ $ifNull: ["$until", "$$NOW"] }, "$$NOW"] }, { $eq: ["$owner", owner] }] };
      await places.updateOne({ _id: id }, { $setOnInsert: { _id: id } }, { upsert: true });
      return places.findOneAndUpdate(
        { _id: id, $expr: free },
        [{ $set: { owner, until: { $add: ["$$NOW", forMs] } } }],
        { returnDocument: "after" },
      );
    },
    giveBack: async (id: string, owner: string) => {
      await places.updateOne({ _id: id, owner }, { $unset: { owner: 1, until: 1 } });
    },
    /** Something arrived, or somebody changed it. */
    works: async (id: string) => {
      await places.updateOne({ _id: id, failingSince: { $exists: true } }, { $unset: { failingSince: 1 } });
    },
    /** Nothing arrived: since when that is so. */
    fails: async (id: string, at: number): Promise<number> => {
      const after = await places.findOneAndUpdate(
        { _id: id },
        [{ $set: { failingSince: { $ifNull: ["$failingSince", at] } } }],
        { upsert: true, returnDocument: "after" },
      );
      return after?.failingSince ?? at;
    },
  };
}
export type PlaceStore = ReturnType<typeof createPlaceStore>;

/** A delivery as people see it. */
export function shownDelivery(one: StoredDelivery): Delivery {
  const { _id: id, subscriptionId, factId, type, at, state, attempts, nextAt, status, answer, triedAt } = one;
  return { id, subscriptionId, factId, type, at, state, attempts, nextAt, status, answer, triedAt };
}

/** Facts on their way to webhooks, and what became of them. */
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
    list: (filter: object, after: readonly unknown[] | undefined, limit: number): Promise<StoredDelivery[]> => {
      const [sequence, id] = (after ?? []) as [number?, string?];
      const older =
        sequence === undefined ? {} : { $or: [{ sequence: { $lt: sequence } }, { sequence, _id: { $lt: id ?? "" } }] };
      return deliveries
        .find({ $and: [filter, older] })
        .sort({ sequence: -1, _id: -1 })
        .limit(limit)
        .toArray();
    },
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

/** How a fact is read outside. */
export function keyOf({ mailboxId, data }: SubscribedFact): string {
  if (mailboxId !== undefined) return mailboxId;
  const { alert, profileId } = (data ?? {}) as { alert?: { object?: { id?: string } }; profileId?: string };
  return alert?.object?.id ?? profileId ?? "";
}
