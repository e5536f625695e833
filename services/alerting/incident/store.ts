import type { Collection, Store } from "@mailfleet/store";
import { type AlertDocument, alertCollection } from "../alert/document.ts";
import type { IncidentBody } from "./document.ts";

/** An alert whose incident has not heard of its last change. */
export type Marked = Pick<AlertDocument, "_id" | "incidentId" | "incidentMark">;

/** What else a replica looks at of one alert. */
type Sample = Pick<AlertDocument, "object" | "code" | "severity" | "audience" | "text" | "remedy" | "firstAt">;

/** Alerts by the incident that they belong to. */
export function createMemberStore(store: Store) {
  const alerts: Collection<AlertDocument> = store.db.collection<AlertDocument>(alertCollection);
  return {
    /** Alerts that changed since their incident was looked at. */
    marked: (limit: number): Promise<Marked[]> =>
      alerts
        .find({ incidentMark: { $exists: true } })
        .project<Marked>({ incidentId: 1, incidentMark: 1 })
        .limit(limit)
        .toArray(),
    /** Their incidents have heard of these changes; what came later stays marked. */
    unmark: async (marked: readonly Marked[]) => {
      const operations = marked.map(({ _id, incidentMark }) => ({
        updateOne: { filter: { _id, incidentMark }, update: { $unset: { incidentMark: 1 } } },
      }));
      if (operations.length > 0) await alerts.bulkWrite(operations as never, { ordered: false });
    },
    /** What its raised alerts are; `null`: none is raised. */
    async look(incidentId: string) {
      const [found] = await alerts
        .aggregate<{
          raised: number;
          severities: IncidentBody["severity"][];
          hosts: (string | null)[];
          told: number;
        }>([
          { $match: { incidentId, state: "raised" } },
          {
            $group: {
              _id: null,
              raised: { $sum: 1 },
              severities: { $addToSet: "$severity" },
              hosts: { $addToSet: { $ifNull: ["$evidence.host", null] } },
              told: { $max: "$notice.toldEpisode" },
            },
          },
        ])
        .toArray();
      if (!found) return null;
      const first = await alerts
        .find({ incidentId, state: "raised" })
        .sort({ firstAt: 1, _id: 1 })
        .project<Sample>({ object: 1, code: 1, severity: 1, audience: 1, text: 1, remedy: 1, firstAt: 1 })
        .limit(1)
        .next();
      if (!first) return null;
      const hosts = found.hosts.filter((host) => host !== null).toSorted();
      return { ...found, hosts: hosts.slice(0, 10), first };
    },
    /** Raised alerts of an incident, the first ones. */
    raisedOf: (incidentId: string, limit: number): Promise<AlertDocument[]> =>
      alerts.find({ incidentId, state: "raised" }).sort({ firstAt: 1, _id: 1 }).limit(limit).toArray(),
    /** The alert that an incident had last, raised or not. */
    lastOf: (incidentId: string): Promise<AlertDocument | null> =>
      alerts.find({ incidentId }).sort({ clearedAt: -1, _id: 1 }).limit(1).next(),
    /** What became of the mail about an incident, shown with each alert that is raised, or that ended while mail was due. */
    showNotice: async (incidentId: string, state: AlertDocument["notice"]["state"]) => {
      const shown = { state: "raised" as const };
      const filter = {
        ...{ incidentId, "notice.state": { $ne: state } },
        $or: [shown, { "notice.state": "pending" as const }],
      };
      await alerts.updateMany(filter, { $set: { "notice.state": state }, $inc: { v: 1 } });
    },
    /** Alerts from before there were incidents. */
    withoutIncident: (limit: number): Promise<AlertDocument[]> =>
      alerts
        .find({ incidentId: { $exists: false }, state: "raised", severity: { $ne: "information" } })
        .limit(limit)
        .toArray(),
  };
}
export type MemberStore = ReturnType<typeof createMemberStore>;
