import type { RequestArguments, RequestOutput } from "@mailfleet/contracts";
import type { AlertRepository } from "@mailfleet/store";
import { shownAlert } from "../alert-step.ts";

type Name = "alerting.alert.list";

/** Alerts, latest first. */
export async function listAlerts(alerts: AlertRepository, input: RequestArguments<Name>): Promise<RequestOutput<Name>> {
  const { limit, cursor, ...filter } = input;
  const wanted = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  const { items, next } = await alerts.list(wanted, { limit, cursor });
  return { items: items.map(shownAlert), next };
}
