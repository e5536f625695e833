import { z } from "zod";
import { Alert } from "../alert/alert.ts";
import { Incident } from "../incident/incident.ts";

/** `alerting` opened, repeated or closed an alert. */
export const AlertFactBody = z.object({ alert: Alert });
export type AlertFactBody = z.infer<typeof AlertFactBody>;

/** An incident began, or is over. */
export const IncidentFactBody = z.object({ incident: Incident });
export type IncidentFactBody = z.infer<typeof IncidentFactBody>;

/** On DEAD: a message that could not be handled, whole, so that it can be replayed. */
export const DeadLetterBody = z.object({
  reason: z.string().max(4000),
  subject: z.string(),
  stream: z.string(),
  sequence: z.number().int(),
  deliveries: z.number().int(),
  headers: z.record(z.string(), z.string()),
  /** Base64 of the original body. */
  data: z.string(),
  at: z.number().int(),
});
export type DeadLetterBody = z.infer<typeof DeadLetterBody>;
