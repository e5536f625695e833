import { incident } from "@mailfleet/contracts";
import { keep } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { commands } from "./commands.ts";
import { shownIncident } from "./decide.ts";
import { type IncidentBody, incidentCollection } from "./document.ts";
import { incidentFactsOf } from "./facts.ts";
import { settleMany } from "./settle-many.ts";
import { takeOffAlerts } from "./take-off-alerts.ts";

/** Keeps incidents. Their alerts make them; people say who looks after one, and when they do not want to hear of it. */
export const keptIncidents = keep<AlertingPorts, IncidentBody>()(incident, {
  collection: incidentCollection,
  indexes: [
    { name: "latest", keys: { firstAt: -1, _id: -1 } },
    { name: "state", keys: { state: 1, firstAt: -1, _id: -1 } },
    { name: "object", keys: { "object.id": 1, firstAt: -1, _id: -1 } },
    { name: "notices", keys: { "notice.due": 1 }, where: { "notice.due": { $exists: true } } },
    { name: "forgotten", keys: { forgetAt: 1 }, expireAfterSeconds: 0 },
  ],
  world: async () => undefined,
  view: shownIncident,
  list: ({ state, severity, code, objectId }) => ({
    filter: {
      ...Object.fromEntries(
        Object.entries({ state, severity, code, "object.id": objectId }).filter(([, value]) => value !== undefined),
      ),
      deletedBy: { $exists: false },
    },
    sort: [
      ["firstAt", -1],
      ["_id", -1],
    ],
  }),
  decide: {
    acknowledge: (before, { by }, { at }) => ({ after: commands.acknowledge(before, { by, at }) }),
    mute: (before, { by, reason, until }, { at }) => ({ after: commands.mute(before, { by, at, reason, until }) }),
    unmute: (before, { by }, { at }) => ({ after: commands.unmute(before, { by, at }) }),
    delete(before, { by }, { at }) {
      const after = commands.delete(before, { by, at });
      return { after, outbox: incidentFactsOf(before._id, before, after, at), answer: {} };
    },
  },
  answers: (ports) => ({ settle: (input) => settleMany(ports, input) }),
  async after(ports, verb, { after }, { by, commandId }) {
    if (verb === "delete" && after) await takeOffAlerts(ports, after._id, by, commandId);
    ports.kick("notices");
  },
});
