import { z } from "zod";
import { Evidence } from "../failure.ts";
import { AlertId, IncidentId, Instant } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { Severity } from "../vocabulary.ts";
import { AlertObject } from "./object.ts";

const AlertState = z.enum(["raised", "cleared"]);

const about = ({ label, id, direction }: AlertObject) => [label ?? id, direction].filter(Boolean).join(" ");

/** One alert per object and code; repeats are counted, recovery clears. */
export const alert = noun("alert", {
  owner: "alerting",
  id: AlertId,
  text: "what people should know or do, and whether it is over",
  path: "/alerts",
  fields: {
    object: field(AlertObject, "what it is about", { column: "ABOUT", cell: about }),
    code: field(z.string(), "which failure or event; the list of codes says more", { column: "CODE", label: true }),
    severity: field(Severity, "how bad it is", { column: "SEVERITY" }),
    audience: field(z.enum(["mailbox", "profile", "administrator"]), "who can do something about it"),
    text: field(z.string(), "what happened"),
    remedy: field(z.string(), "what to do now"),
    detail: field(z.string().nullable(), "more about this case"),
    evidence: field(Evidence.nullable(), "what the server said"),
    state: field(AlertState, "raised, or over", { column: "STATE" }),
    firstAt: field(Instant, "when this episode began"),
    lastAt: field(Instant, "when it was raised last", { column: "LAST" }),
    count: field(z.number().int(), "how often it was raised in this episode", { column: "COUNT" }),
    clearedAt: field(Instant.nullable(), "when it was over"),
    incidentId: field(IncidentId.optional(), "the incident that it belongs to; information belongs to none"),
    notification: field(z.enum(["none", "pending", "sent", "failed"]), "whether mail about it is due, sent or failed"),
  },
  sorts: ["firstAt", "lastAt"],
  filter: {
    state: AlertState.optional(),
    severity: Severity.optional(),
    code: z.string().max(60).optional(),
    incidentId: IncidentId.optional().describe("id of an incident"),
    objectId: z.string().max(200).optional().describe("id of the mailbox, profile, service, stream or send"),
  },
  flags: { objectId: "object <id>", incidentId: "incident <id>" },
  owners: { get: true, list: true },
  roles: { delete: "operator" },
  standard: ["get", "list", "delete"],
  texts: {
    list: "List alerts, the latest first",
    delete: "Take an alert off the wall; if it is reported again, it comes back",
  },
});
export const Alert = alert.View;
export type Alert = z.output<typeof Alert>;
