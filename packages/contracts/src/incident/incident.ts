import { z } from "zod";
import { AlertObject } from "../alert/object.ts";
import { IncidentId, Instant, ProfileId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { Severity } from "../vocabulary.ts";

const IncidentState = z.enum(["raised", "cleared"]);
const about = ({ label, id }: AlertObject) => label ?? id;

const reason = z.string().trim().min(1, "must not be empty").max(300).describe("why, for those who look at it later");
const until = Instant.describe("when notices begin again");

/** What is done with many incidents in one command. */
const Verb = z.enum(["acknowledge", "mute", "unmute", "delete"]);

/** Alerts that have one cause. People are told of it once, and once when it is over. */
export const incident = noun("incident", {
  owner: "alerting",
  id: IncidentId,
  text: "what goes wrong now: alerts of one cause, told in one mail",
  path: "/incidents",
  fields: {
    object: field(AlertObject, "the profile or mailbox that its alerts share", { column: "ABOUT", cell: about }),
    code: field(z.string(), "the code of its first alert", { column: "CODE", label: true }),
    severity: field(Severity, "how bad the worst of its alerts is", { column: "SEVERITY" }),
    text: field(z.string(), "what happened"),
    remedy: field(z.string(), "what to do now"),
    state: field(IncidentState, "raised, or over", { column: "STATE" }),
    alerts: field(z.number().int(), "how many alerts are raised", { column: "ALERTS" }),
    most: field(z.number().int(), "how many were raised at the same time"),
    hosts: field(z.array(z.string()), "servers that the alerts name, at most ten"),
    firstAt: field(Instant, "when it began", { column: "SINCE" }),
    clearedAt: field(Instant.nullable(), "when it was over"),
    acknowledged: field(
      z.object({ by: z.string(), at: Instant }).nullable(),
      "who looks after it: it does not escalate any more",
    ),
    muted: field(
      z.object({ by: z.string(), at: Instant, reason: z.string(), until: Instant }).nullable(),
      "until when no notice about it is sent, and why",
    ),
    escalatedAt: field(Instant.nullable(), "when the people for escalation were told"),
    notification: field(z.enum(["none", "pending", "sent", "failed"]), "whether mail about it is due, sent or failed"),
  },
  sorts: ["firstAt", "changedAt"],
  filter: {
    state: IncidentState.optional(),
    severity: Severity.optional(),
    code: z.string().max(60).optional(),
    objectId: z.string().max(200).optional().describe("id of the profile, mailbox, service, stream or send"),
  },
  flags: { objectId: "object <id>", profile: "profile <id>", ids: "id <id>" },
  roles: { delete: "operator" },
  standard: ["get", "list", "delete"],
  texts: {
    list: "List incidents, the latest first",
    delete: "Take an incident and its alerts off the wall; what is reported again comes back",
  },
  operations: {
    acknowledge: operation({ role: "operator", text: "Say that you look after it, so that it does not escalate" }),
    mute: operation({ role: "operator", text: "Send no notice about it for a while", input: { reason, until } }),
    unmute: operation({ role: "operator", text: "Send notices about it again" }),
    settle: operation({
      role: "operator",
      text: "Acknowledge, mute, unmute or delete many incidents: those of a list, or all raised ones of a profile or code",
      collection: true,
      input: {
        verb: Verb,
        ids: z.array(IncidentId).max(1000).optional(),
        profile: ProfileId.optional(),
        code: z.string().max(60).optional(),
        reason: reason.optional(),
        until: until.optional(),
      },
      answer: z.object({ settled: z.number().int().describe("how many incidents") }),
    }),
  },
});
export const Incident = incident.View;
export type Incident = z.output<typeof Incident>;
