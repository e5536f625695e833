import type { AlertObject, OutgoingMessage } from "@mailfleet/contracts";
import type { ListQuery } from "@mailfleet/kit";
import { type Collection, type Filter, isDuplicateKey, pageFilter, type Store } from "@mailfleet/store";
import type { AlertDocument } from "./document.ts";

/** Remembers for an hour that something was cleared, for a raise that is older but comes later. */
interface ClearMark {
  _id: string;
  at: number;
  expireAt: Date;
}

/** The alerts; `alerting` owns them. */
export interface AlertStore {
  get(id: string): Promise<AlertDocument | null>;
  /**
   * Stores it as version `v + 1` if the stored one is still `v` (0: there is none yet); `null` if another writer was
   * faster.
   */
  swap(alert: AlertDocument): Promise<AlertDocument | null>;
  /** Raised alerts about this object (and direction, if it names one), of these codes if there are any given. */
  raisedAbout(object: AlertObject, codes?: readonly string[]): Promise<AlertDocument[]>;
  list(query: ListQuery): Promise<AlertDocument[]>;
  /** Alerts whose facts wait since before this time. */
  withOutbox(before: number, limit: number): Promise<AlertDocument[]>;
  /** These facts were published; they are said once more at `confirmAt`. */
  published(id: string, facts: readonly OutgoingMessage[], confirmAt: number): Promise<void>;
  /** Alerts whose facts must be published once more. */
  unconfirmed(now: number, limit: number): Promise<AlertDocument[]>;
  /** These facts are known to be stored. */
  confirmed(id: string, messageIds: readonly string[]): Promise<void>;
  /** Writes down that what goes by this name was cleared at this time. */
  markCleared(name: string, at: number, keepUntil: number): Promise<void>;
  /** The latest time at which anything that goes by one of these names was cleared; 0 if never. */
  lastCleared(names: readonly string[]): Promise<number>;
}

const alertIndexes = [
  { key: { lastAt: -1, _id: -1 }, name: "latest" },
  { key: { state: 1, lastAt: -1, _id: -1 }, name: "state" },
  { key: { "object.id": 1, state: 1 }, name: "object" },
  { key: { "outbox.at": 1 }, name: "outbox", partialFilterExpression: { "outbox.0": { $exists: true } } },
  { key: { "notice.due": 1 }, name: "notices", partialFilterExpression: { "notice.due": { $exists: true } } },
  { key: { confirmAt: 1 }, name: "unconfirmed", partialFilterExpression: { confirmAt: { $exists: true } } },
  { key: { expireAt: 1 }, name: "expiry", expireAfterSeconds: 0 },
] as const;

/** Makes the indexes on first use, then the store. */
export async function createAlertStore(store: Store): Promise<AlertStore> {
  const alerts: Collection<AlertDocument> = store.db.collection<AlertDocument>("alerts");
  const marks: Collection<ClearMark> = store.db.collection<ClearMark>("alert-clear-marks");
  await alerts.createIndexes([...alertIndexes]);
  await marks.createIndex({ expireAt: 1 }, { expireAfterSeconds: 0 });
  return {
    get: (id) => alerts.findOne({ _id: id }),
    swap: async (alert) => {
      const next = { ...alert, v: alert.v + 1 };
      try {
        if (alert.v === 0) await alerts.insertOne(next);
        else if ((await alerts.replaceOne({ _id: alert._id, v: alert.v }, next)).matchedCount === 0) return null;
        return next;
      } catch (error) {
        if (alert.v === 0 && isDuplicateKey(error)) return null;
        throw error;
      }
    },
    raisedAbout: (object, codes) => {
      const direction = object.direction ? { "object.direction": object.direction } : {};
      const some = codes ? { code: { $in: [...codes] } } : {};
      return alerts
        .find({ "object.id": object.id, "object.type": object.type, state: "raised", ...direction, ...some })
        .toArray();
    },
    list: ({ sort, limit, ...query }) =>
      alerts
        .find(pageFilter({ ...query, sort, limit }) as Filter<AlertDocument>)
        .sort(Object.fromEntries(sort))
        .limit(limit)
        .toArray(),
    withOutbox: (before, limit) =>
      alerts
        .find({ "outbox.0": { $exists: true }, "outbox.at": { $lt: before } })
        .limit(limit)
        .toArray(),
    published: async (id, facts, confirmAt) => {
      const messageIds = facts.map((fact) => fact.id);
      await alerts.updateOne(
        { _id: id, "outbox.id": { $in: messageIds } },
        {
          $pull: { outbox: { id: { $in: messageIds } } },
          $push: { unconfirmed: { $each: [...facts] } },
          $set: { confirmAt },
          $inc: { v: 1 },
        },
      );
    },
    unconfirmed: (now, limit) =>
      alerts
        .find({ confirmAt: { $lte: now } })
        .limit(limit)
        .toArray(),
    confirmed: async (id, messageIds) => {
      const others = { $not: { $elemMatch: { id: { $nin: [...messageIds] } } } };
      const pull = { $pull: { unconfirmed: { id: { $in: [...messageIds] } } }, $inc: { v: 1 } };
      await alerts.updateOne({ _id: id, unconfirmed: others }, { ...pull, $unset: { confirmAt: "" } });
      await alerts.updateOne({ _id: id, "unconfirmed.id": { $in: [...messageIds] } }, pull);
    },
    markCleared: async (name, at, keepUntil) => {
      const later = { at, expireAt: new Date(keepUntil) };
      await marks.updateOne({ _id: name }, { $max: later }, { upsert: true });
    },
    lastCleared: async (names) => {
      const found = await marks.find({ _id: { $in: [...names] } }).toArray();
      return Math.max(0, ...found.map((mark) => mark.at));
    },
  };
}
