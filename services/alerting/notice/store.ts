import type { Collection, Store } from "@mailfleet/store";
import { type AlertDocument, alertCollection } from "../alert/document.ts";
import { collections } from "../collections.ts";
import { type IncidentDocument, incidentCollection } from "../incident/document.ts";
import { successCode } from "./decide.ts";
import type { Noticing } from "./noticing.ts";

/**
 * Mail that is still to be sent. It is kept inside what it is about, because the two change together: incidents, and alerts
 * about successes. The indexes are theirs.
 */
export function createNoticeStore(store: Store) {
  const incidents: Collection<IncidentDocument> = store.db.collection<IncidentDocument>(incidentCollection);
  const alerts: Collection<AlertDocument> = store.db.collection<AlertDocument>(alertCollection);
  const waiting = { "notice.due": { $exists: true } };
  const successes = { ...waiting, code: successCode };
  const taken = (leaseUntil: number) => ({
    $set: { "notice.due": leaseUntil, "notice.leaseUntil": leaseUntil },
    $inc: { v: 1 },
  });
  const longest = { sort: { "notice.due": 1 }, returnDocument: "after" } as const;
  return {
    /**
     * Takes the incident whose mail is due for the longest time and keeps other replicas from it until the lease ends; a
     * replica that dies while sending gives it back that way. `null` if none is due.
     */
    takeIncident: (now: number, leaseUntil: number) =>
      incidents.findOneAndUpdate({ "notice.due": { $exists: true, $lte: now } }, taken(leaseUntil), longest),
    /** The same for a success that is due, or would be soon: it is told together with one that is. */
    takeSuccess: (now: number, leaseUntil: number, soonMs: number) =>
      alerts.findOneAndUpdate(
        {
          code: successCode,
          "notice.due": { $exists: true, $lte: now + soonMs },
          "notice.leaseUntil": { $not: { $gt: now } },
        },
        taken(leaseUntil),
        longest,
      ),
    /** Notices that have waited since before this time. */
    waitingSince: async (before: number, limit: number): Promise<Noticing[]> => {
      const since = { "notice.since": { $lt: before } };
      return [
        ...(await incidents
          .find({ ...waiting, ...since })
          .limit(limit)
          .toArray()),
        ...(await alerts
          .find({ ...successes, ...since })
          .limit(limit)
          .toArray()),
      ];
    },
    /** Notices beyond the `keep` newest, which are too many. Successes count separately and displace no incident. */
    surplus: async (keep: number, limit: number): Promise<Noticing[]> => {
      const newest = { "notice.since": -1, _id: 1 } as const;
      return [
        ...(await incidents.find(waiting).sort(newest).skip(keep).limit(limit).toArray()),
        ...(await alerts.find(successes).sort(newest).skip(keep).limit(limit).toArray()),
      ];
    },
    countPending: async () => (await incidents.countDocuments(waiting)) + (await alerts.countDocuments(successes)),
    /** Incidents that nobody has touched since before this time, and that have not escalated. */
    neglected: (before: number, now: number, limit: number): Promise<IncidentDocument[]> =>
      incidents
        .find({
          ...{ state: "raised", acknowledged: null, escalatedAt: null, firstAt: { $lte: before } },
          ...{ "notice.toldEpisode": { $gt: 0 }, "notice.pending": { $exists: false } },
          $or: [{ muted: null }, { "muted.until": { $lte: now } }],
        })
        .limit(limit)
        .toArray(),
  };
}
export type NoticeStore = ReturnType<typeof createNoticeStore>;

/** The present state of the mail server, which the replicas share. */
interface MailServerState {
  /** Failures one after another. */
  readonly failures: number;
  /** Nobody tries before, milliseconds since the epoch. */
  readonly pausedUntil: number;
}

/** The state of the mail server for notices. */
export function createMailServerStore(store: Store) {
  const states: Collection<MailServerState & { _id: "relay"; hour?: number; sent?: number }> = store.db.collection(
    collections.mailServer.name,
  );
  const relay = { _id: "relay" } as const;
  return {
    get: async () => {
      const { failures = 0, pausedUntil = 0 } = (await states.findOne(relay)) ?? {};
      return { failures, pausedUntil };
    },
    set: async ({ failures, pausedUntil }: MailServerState) => {
      await states.updateOne(relay, { $set: { failures, pausedUntil } }, { upsert: true });
    },
    /** Counts a mail of this hour over all replicas; answers how many there were with it. */
    count: async (hour: number): Promise<number> => {
      const sent = { $cond: [{ $eq: ["$hour", hour] }, { $add: [{ $ifNull: ["$sent", 0] }, 1] }, 1] };
      const after = await states.findOneAndUpdate(relay, [{ $set: { hour, sent } }], {
        ...{ upsert: true, returnDocument: "after" },
      });
      return after?.sent ?? 1;
    },
  };
}
export type MailServerStore = ReturnType<typeof createMailServerStore>;
