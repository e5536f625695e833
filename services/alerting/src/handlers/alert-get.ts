import { ProblemError, type RequestArguments, type RequestOutput } from "@mailfleet/contracts";
import type { AlertRepository } from "@mailfleet/store";
import { shownAlert } from "../alert-step.ts";

type Name = "alerting.alert.get";

/** One alert. Throws NOT_FOUND. */
export async function getAlert(alerts: AlertRepository, input: RequestArguments<Name>): Promise<RequestOutput<Name>> {
  const found = await alerts.get(input.alertId);
  if (!found) throw new ProblemError("NOT_FOUND", `There is no alert ${input.alertId}; alerts are kept for 30 days.`);
  return shownAlert(found);
}
