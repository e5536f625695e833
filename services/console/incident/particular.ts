import type { Incident, RequestArguments } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { ownPage, refuseOthers } from "../http/own-objects.ts";
import type { Call } from "../http/route.ts";

type Query = RequestArguments<"alerting.incident.list">;

async function get(call: Call, { id }: { id: string }): Promise<Incident> {
  const found = await call.ask("alerting.incident.get", { id });
  await refuseOthers(call, "incident", id, found);
  return found;
}

/** What is particular about incidents: who is limited to a part of the fleet sees those of that part, and may say that he looks after one. */
export const incidentParticular: Particular = {
  before: async (verb, call: Call<{ incident?: string }>) => {
    // What an incident is about never changes.
    if (verb === "acknowledge" && call.caller.within) await get(call, { id: call.params.incident ?? "" });
  },
  answers: {
    list: (call: Call, query: Query) =>
      ownPage(call, query, (page) => call.ask("alerting.incident.list", { ...query, ...page })),
    get,
  },
  parted: ["list", "get", "acknowledge"],
};
