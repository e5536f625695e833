import { Alert, AlertId, paged, pageFields, Severity } from "@mailfleet/contracts";
import { z } from "zod";

import { type Route, route } from "../http/route.ts";

/** What people should know; `alerting` owns it. */
export const alertRoutes: readonly Route[] = [
  route("GET", "/alerts", {
    summary: "List alerts, the latest first",
    query: z.strictObject({
      ...pageFields,
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
    handle: (call) => call.ask("alerting.alert.get", { id: call.params.alertId }),
  }),
];
