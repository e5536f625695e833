import type { Collection, Store } from "@mailfleet/store";
import { type AlertDocument, alertCollection } from "../alert/document.ts";
import { collections } from "../collections.ts";
import { successCode } from "./decide.ts";

/** Until when a replica has what it takes, milliseconds since the epoch; successes are many mails. */
export interface LeaseEnds {
  readonly one: number;
  readonly successes: number;
}

/**
 * Mail that is still to be sent. It is kept inside its alert, because the two change together. The indexes are those of
 * the alerts.
 */
export function createNoticeStore(store: Store) {
  const alerts: Collection<AlertDocument> = store.db.collection<AlertDocument>(alertCollection);
  const waiting = { "notice.due": { $exists: true } };
  return {
    /**
     * Takes the longest due notice and keeps other replicas from it until its lease ends; a replica that dies
     * while sending gives it back that way. `null` if none is due.
     */
    takeDue: (now: number, { one, successes }: LeaseEnds) => {
      const leaseUntil = { $cond: [{ $eq: ["$code", successCode] }, successes, one] };
      return alerts.findOneAndUpdate(
        { "notice.due": { $exists: true, $lte: now } },
        [{ $set: { "notice.due": leaseUntil, "notice.leaseUntil": leaseUntil, v: { $add: ["$v", 1] } } }],
        { sort: { "notice.due": 1 }, returnDocument: "after" },
      );
    },
    /** The same for a success that would be due soon: it is told together with one that is. */
    takeSuccess: (now: number, leaseUntil: number, soonMs: number) =>
      alerts.findOneAndUpdate(
        {
          code: successCode,
          "notice.due": { $exists: true, $lte: now + soonMs },
          "notice.leaseUntil": { $not: { $gt: now } },
        },
        { $set: { "notice.due": leaseUntil, "notice.leaseUntil": leaseUntil }, $inc: { v: 1 } },
        { sort: { "notice.due": 1 }, returnDocument: "after" },
      ),
    /** Alerts whose notice waits since before this time. */
    waitingSince: (before: number, limit: number) =>
      alerts
        .find({ ...waiting, "notice.since": { $lt: before } })
        .limit(limit)
        .toArray(),
    /** Those that are too many: the oldest ones beyond the `keep` newest. Successes count apart and displace no other. */
    surplus: async (keep: number, limit: number) => {
      const beyond = (code: object) =>
        alerts
          .find({ ...waiting, code })
          .sort({ "notice.since": -1, _id: 1 })
          .skip(keep)
          .limit(limit)
          .toArray();
      return [...(await beyond({ $ne: successCode })), ...(await beyond({ $eq: successCode }))];
    },
    countPending: () => alerts.countDocuments(waiting),
  };
}
export type NoticeStore = ReturnType<typeof createNoticeStore>;

/** How the mail server works at the moment; the replicas share it. */
interface MailServerState {
  /** Failures one after another. */
  readonly failures: number;
  /** Nobody tries before, milliseconds since the epoch. */
  readonly pausedUntil: number;
}

/** The state of the mail server for notices. */
export function createMailServerStore(store: Store) {
  const states: Collection<MailServerState & { _id: "relay" }> = store.db.collection(collections.mailServer.name);
  return {
    get: async () => {
      const { failures = 0, pausedUntil = 0 } = (await states.findOne({ _id: "relay" })) ?? {};
      return { failures, pausedUntil };
    },
    set: async ({ failures, pausedUntil }: MailServerState) => {
      await states.updateOne({ _id: "relay" }, { $set: { failures, pausedUntil } }, { upsert: true });
    },
  };
}
export type MailServerStore = ReturnType<typeof createMailServerStore>;
