import {
  type Alert,
  type AlertCleared,
  type AlertFact,
  type AlertObject,
  type AlertRaised,
  alertCodes,
  type EnvelopeContext,
  subjects,
} from "@mailfleet/contracts";
import { idFrom, type OutboxEntry } from "@mailfleet/kit";
import { incidentOf } from "../incident/group.ts";
import { isSuccess, type NoticePace, noNotice, planNotice } from "../notice/decide.ts";
import type { AlertBody, AlertDocument, ShownAlert } from "./document.ts";

/** What caused a change. The id identifies repetitions; the rest is copied to the facts that result. */
export interface Origin extends EnvelopeContext {
  readonly id: string;
}

/** The input of a decision besides the alert and the fact. */
export interface DecidingContext extends NoticePace {
  readonly origin: Origin;
  /** Milliseconds since the epoch; the fact's own time is older. */
  readonly now: number;
}

/** The new state of an alert, and the facts to publish. */
export interface AlertDecision {
  readonly after: AlertBody;
  readonly outbox: readonly OutboxEntry[];
  /** True if people see nothing new. */
  readonly quiet?: boolean;
}

/** How long information is shown. The information that a mailbox works stays while it is true. */
const informationMs = 14 * 86_400_000;

/** The id of the only alert for this object (and direction) and code. */
export function alertIdOf(object: AlertObject, code: string): string {
  return idFrom("al", JSON.stringify([object.type, object.id, object.direction ?? "", code]));
}

/**
 * Raises: opens a first or a new episode, or counts a repetition. `null`: nothing changes, because the alert was
 * cleared after the moment this message speaks of.
 */
export function raised(
  before: AlertDocument | null,
  fact: AlertRaised,
  context: DecidingContext,
): AlertDecision | null {
  if (before?.state === "cleared" && fact.at < (before.clearedAt ?? 0)) return null;
  const repetition = before?.state === "raised";
  const { severity, audience, text, remedy } = meaningOf(fact.code);
  const after: AlertBody = {
    object: { ...before?.object, ...fact.object },
    code: fact.code,
    ...{ severity, audience, text, remedy },
    detail: fact.detail ?? (repetition ? before.detail : null),
    evidence: fact.evidence ?? (repetition ? before.evidence : null),
    state: "raised",
    firstAt: repetition ? before.firstAt : fact.at,
    lastAt: repetition ? Math.max(before.lastAt, fact.at) : fact.at,
    count: repetition ? before.count + 1 : 1,
    clearedAt: null,
    episode: (before?.episode ?? 0) + (repetition ? 0 : 1),
    notice: before?.notice ?? noNotice,
    ...(repetition ? { incidentId: before.incidentId, incidentMark: before.incidentMark } : {}),
    ...(severity === "information" && fact.code !== "MAILBOX_ENABLED"
      ? { forgetAt: new Date(fact.at + informationMs) }
      : {}),
  };
  return repetition ? { after, outbox: [] } : announced(before, after, "raised", context);
}

/**
 * Clears. `null`: it is not raised, or was raised again after the moment this message speaks of. `keptMs`: how long it is
 * shown then. A raised one stays: a permanent failure is reported only once.
 */
export function cleared(
  before: AlertDocument,
  fact: AlertCleared,
  { keptMs, ...context }: DecidingContext & { readonly keptMs: number },
): AlertDecision | null {
  if (before.state !== "raised" || fact.at < before.lastAt) return null;
  // The alerts of a deleted mailbox are cleared for ever; the alert shows when we noticed.
  const clearedAt = Math.min(fact.at, Math.max(context.now, before.lastAt));
  const after: AlertBody = { ...before, state: "cleared", clearedAt, forgetAt: new Date(clearedAt + keptMs) };
  return announced(before, after, "cleared", context);
}

/** Takes the alert off the wall: it is over and no longer listed, until it is reported again. */
export function deleted(before: AlertDocument, by: string, context: DecidingContext): AlertDecision {
  const gone = { forgetAt: new Date(context.now), deletedBy: by };
  if (before.state === "cleared") return { after: { ...before, ...gone }, outbox: [] };
  const after: AlertBody = { ...before, ...gone, state: "cleared", clearedAt: context.now };
  return announced(before, after, "cleared", context);
}

/** The alert as the API shows it. */
export function shownAlert(alert: ShownAlert): Alert {
  const { object, code, severity, audience, text, remedy, detail, evidence, state } = alert;
  const { v, firstAt, lastAt, count, clearedAt, createdAt, changedAt } = alert;
  const incident = alert.incidentId === undefined ? {} : { incidentId: alert.incidentId };
  const what = {
    id: alert._id,
    v,
    object,
    code,
    severity,
    audience,
    text,
    remedy,
    detail,
    evidence,
    state,
    ...incident,
  };
  const times = { firstAt, lastAt, clearedAt, createdAt, changedAt };
  return { ...what, ...times, count, notification: alert.notice.state };
}

/** A code that is not in the closed list, e.g. from a newer service, is shown as a warning and never lost. */
function meaningOf(code: string) {
  const known = Object.hasOwn(alertCodes, code) ? alertCodes[code as keyof typeof alertCodes] : undefined;
  return known ?? { ...alertCodes.UNCLASSIFIED, severity: "warning" as const };
}

/** Gives an alert that is older than incidents an incident of its own. */
export function adopted(before: AlertDocument): AlertDecision | null {
  if (before.incidentId !== undefined || before.state !== "raised") return null;
  const { pending: _, due: _due, since: _since, leaseUntil: _lease, ...notice } = before.notice;
  return { after: { ...before, ...membership(before), notice }, outbox: [], quiet: true };
}

/** The incident of the alert, which must learn of this change. */
function membership(alert: AlertBody): Pick<AlertBody, "incidentId" | "incidentMark"> {
  const incident = incidentOf(alert);
  const incidentMark = alert.episode * 2 + (alert.state === "raised" ? 1 : 0);
  return incident ? { incidentId: incident.id, incidentMark } : {};
}

/** The change with its fact, the mark for its incident, and for a success the planned mail. */
function announced(
  before: AlertDocument | null,
  opened: AlertBody,
  type: AlertFact,
  { origin, now, ...pace }: DecidingContext,
): AlertDecision {
  const after: AlertBody = {
    ...opened,
    ...membership(opened),
    notice: isSuccess(opened) ? planNotice(opened, now, pace) : noticeOf(opened),
  };
  const _id = before?._id ?? alertIdOf(after.object, after.code);
  const frame = { _id, v: (before?.v ?? 0) + 1, createdAt: before?.createdAt ?? now, changedAt: now };
  const message: OutboxEntry = {
    id: `${_id}:${after.episode}:${type}`,
    subject: subjects.alertFact(after.severity, type),
    type: "alert.changed.v1",
    ...(after.object.type === "mailbox" ? { mailboxId: after.object.id } : {}),
    sequence: after.episode,
    at: now,
    causation: origin.id,
    ...(origin.correlation === undefined ? {} : { correlation: origin.correlation }),
    ...(origin.traceparent === undefined ? {} : { traceparent: origin.traceparent }),
    body: { alert: shownAlert({ ...after, ...frame }) },
  };
  return { after, outbox: [message] };
}

/** Shown until the incident knows what became of the mail about it. */
function noticeOf({ state, notice, severity, code }: AlertBody): AlertBody["notice"] {
  const isMailed = severity !== "information" && code !== "NOTIFICATION_FAILED";
  return state === "raised" ? { ...noNotice, state: isMailed ? "pending" : "none" } : notice;
}
