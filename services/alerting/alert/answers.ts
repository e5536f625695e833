import type { RequestHandlers } from "@mailfleet/bus";
import { ProblemError } from "@mailfleet/contracts";
import { readPage } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { shownAlert } from "./step.ts";

const latestFirst = [["lastAt", -1] as const, ["_id", -1] as const];

/** Every request about alerts. */
export function alertAnswers({ alerts }: Pick<AlertingPorts, "alerts">): RequestHandlers {
  return {
    "alerting.alert.list": async ({ state, severity, code, objectId, limit, cursor }) => {
      const wanted = { state, severity, code, "object.id": objectId };
      const filter = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
      const { items, next } = await readPage(
        { limit, ...(cursor === undefined ? {} : { cursor }) },
        { filter, sort: latestFirst },
        (query) => alerts.list(query),
      );
      return { items: items.map(shownAlert), next };
    },
    "alerting.alert.get": async ({ id }) => {
      const found = await alerts.get(id);
      if (!found) throw new ProblemError("NOT_FOUND", `There is no alert ${id}. Alerts are kept for 30 days.`);
      return shownAlert(found);
    },
  };
}
