import { alert } from "@mailfleet/contracts";
import { keep } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { shownAlert } from "./decide.ts";
import { type AlertBody, alertCollection } from "./document.ts";

/** Keeps alerts. Nobody commands them: the wall changes them by what is said. */
export const keptAlerts = keep<AlertingPorts, AlertBody>()(alert, {
  collection: alertCollection,
  indexes: [
    { name: "latest", keys: { lastAt: -1, _id: -1 } },
    { name: "state", keys: { state: 1, lastAt: -1, _id: -1 } },
    { name: "object", keys: { "object.id": 1, state: 1 } },
    { name: "notices", keys: { "notice.due": 1 }, where: { "notice.due": { $exists: true } } },
    { name: "forgotten", keys: { forgetAt: 1 }, expireAfterSeconds: 0 },
  ],
  world: async () => undefined,
  view: shownAlert,
  list: ({ state, severity, code, objectId }) => ({
    filter: Object.fromEntries(
      Object.entries({ state, severity, code, "object.id": objectId }).filter(([, value]) => value !== undefined),
    ),
    sort: [
      ["lastAt", -1],
      ["_id", -1],
    ],
  }),
  decide: {},
});
