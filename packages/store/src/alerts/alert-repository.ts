import type { AlertObject } from "@mailfleet/contracts";
import type { Collection, Filter, IndexDescription } from "mongodb";
import { isDuplicateKey, type Store } from "../connect.ts";
import type { AlertDocument, AlertFilter } from "./alert-document.ts";
import { behind, readCursor, writeCursor } from "./cursor.ts";

/** Remembers for an hour that something was cleared, for a raise that is older but comes later. */
interface ClearMark {
  _id: string;
  at: number;
  expireAt: Date;
}

/** The alerts; `alerting` owns them. */
export interface AlertRepository {
  get(id: string): Promise<AlertDocument | null>;
  /**
   * Stores it as version `v + 1` if the stored one is still `v` (0: there is none yet); `null` if another writer was
   * faster.
   */
  swap(alert: AlertDocument): Promise<AlertDocument | null>;
  /** Raised alerts about this object (and direction, if it names one), of these codes if there are any given. */
  raisedAbout(object: AlertObject, codes?: readonly string[]): Promise<AlertDocument[]>;
  /** Latest first. */
  list(
    filter: AlertFilter,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: AlertDocument[]; next: string | null }>;
  /** Alerts whose facts wait since before this time. */
  withOutbox(before: number, limit: number): Promise<AlertDocument[]>;
  removeFromOutbox(id: string, messageIds: readonly string[]): Promise<void>;
  /** Writes down that what goes by this name was cleared at this time. */
  markCleared(name: string, at: number, keepUntil: number): Promise<void>;
  /** The latest time at which anything that goes by one of these names was cleared; 0 if never. */
  lastCleared(names: readonly string[]): Promise<number>;
}

export const alertIndexes: IndexDescription[] = [
  { key: { lastAt: -1, _id: -1 }, name: "latest" },
  { key: { state: 1, lastAt: -1, _id: -1 }, name: "state" },
  { key: { "object.id": 1, state: 1 }, name: "object" },
  { key: { "outbox.at": 1 }, name: "outbox", partialFilterExpression: { "outbox.0": { $exists: true } } },
  { key: { "notice.due": 1 }, name: "notices", partialFilterExpression: { "notice.due": { $exists: true } } },
  { key: { expireAt: 1 }, name: "expiry", expireAfterSeconds: 0 },
];

/** Makes the indexes on first use, then the repository. */
export async function createAlertRepository(store: Store): Promise<AlertRepository> {
  const alerts: Collection<AlertDocument> = store.db.collection<AlertDocument>("alerts");
  const marks: Collection<ClearMark> = store.db.collection<ClearMark>("alert-clear-marks");
  await alerts.createIndexes(alertIndexes);
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
    list: async (filter, { limit, cursor }) => {
      const wanted = behind<AlertDocument>("lastAt", cursor === undefined ? null : readCursor(cursor));
      const { objectId, ...rest } = filter;
      const conditions: Filter<AlertDocument> = { ...wanted, ...rest };
      if (objectId !== undefined) conditions["object.id"] = objectId;
      const found = await alerts
        .find(conditions)
        .sort({ lastAt: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { items, next: found.length > limit && last ? writeCursor({ at: last.lastAt, id: last._id }) : null };
    },
    withOutbox: (before, limit) =>
      alerts
        .find({ "outbox.0": { $exists: true }, "outbox.at": { $lt: before } })
        .limit(limit)
        .toArray(),
    removeFromOutbox: async (id, messageIds) => {
      await alerts.updateOne(
        { _id: id, "outbox.id": { $in: [...messageIds] } },
        { $pull: { outbox: { id: { $in: [...messageIds] } } }, $inc: { v: 1 } },
      );
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
