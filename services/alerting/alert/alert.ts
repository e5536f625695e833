import { alert } from "@mailfleet/contracts";
import { keep } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { deleted, shownAlert } from "./decide.ts";
import { type AlertBody, alertCollection } from "./document.ts";

/** Keeps alerts. Facts change them through the wall; people can only take them off it. */
export const keptAlerts = keep<AlertingPorts, AlertBody>()(alert, {
  collection: alertCollection,
  indexes: [
    { name: "latest", keys: { lastAt: -1, _id: -1 } },
    { name: "state", keys: { state: 1, lastAt: -1, _id: -1 } },
    { name: "object", keys: { "object.id": 1, state: 1 } },
    { name: "incident", keys: { incidentId: 1, state: 1, firstAt: 1 } },
    { name: "marked", keys: { incidentMark: 1 }, where: { incidentMark: { $exists: true } } },
    { name: "notices", keys: { "notice.due": 1 }, where: { "notice.due": { $exists: true } } },
    { name: "forgotten", keys: { forgetAt: 1 }, expireAfterSeconds: 0 },
  ],
  world: async () => undefined,
  view: shownAlert,
  list: ({ state, severity, code, incidentId, objectId }) => ({
    filter: {
      ...Object.fromEntries(
        Object.entries({ state, severity, code, incidentId, "object.id": objectId }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
      deletedBy: { $exists: false },
    },
    sort: [
      ["lastAt", -1],
      ["_id", -1],
    ],
  }),
  decide: {
    // The fact about its end has the words of the alert, so that whoever follows sees it go.
    delete: (before, { by, commandId, correlation }, { at }) => ({
      ...deleted(before, by, { origin: { id: commandId, correlation }, now: at, quietMs: 0, gatherMs: 0 }),
      answer: {},
    }),
  },
  after: (ports) => ports.kick("incidents"),
});
