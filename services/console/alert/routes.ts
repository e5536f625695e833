import { Alert, AlertId, Severity } from "@mailfleet/contracts";
import { z } from "zod";
import { page, paged } from "../http/parameters.ts";
import { type Route, route } from "../http/route.ts";

/** What people should know; `alerting` owns it. */
export const alertRoutes: readonly Route[] = [
  route("GET", "/alerts", {
    summary: "List alerts, the latest first",
    query: z.strictObject({
      ...page,
      state: z.enum(["raised", "cleared"]).optional(),
      severity: Severity.optional(),
      code: z.string().max(60).optional(),
      objectId: z.string().max(200).optional().describe("id of the mailbox, profile, service, stream or send"),
    }),
    answer: paged(Alert),
    handle: (call) => call.ask("alerting.alert.list", call.query),
  }),
  route("GET", "/alerts/:alertId", {
    summary: "Read an alert",
    params: z.strictObject({ alertId: AlertId }),
    answer: Alert,
    handle: (call) => call.ask("alerting.alert.get", call.params),
  }),
];
