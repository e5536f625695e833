import {
  type Alert,
  type AlertCleared,
  type AlertFact,
  type AlertObject,
  type AlertRaised,
  alertCodes,
  type EnvelopeContext,
  type OutgoingMessage,
  subjects,
} from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { noNotice, planNotice } from "../notice/step.ts";
import type { AlertDocument } from "./document.ts";

/** What led to a change: the id identifies repetitions, the rest is passed on to the facts that follow. */
export interface Origin extends EnvelopeContext {
  readonly id: string;
}

/** What a step gets besides the alert and the fact. */
export interface StepContext {
  readonly origin: Origin;
  /** Milliseconds since the epoch; the fact's own time is older. */
  readonly now: number;
  /** Shortest time between two mails that say that the same alert is raised. */
  readonly quietMs: number;
}

/** So long a cleared alert is shown. A raised one stays: what failed for good says nothing more. */
const keptMs = 30 * 86_400_000;
const rememberedIds = 16;

/** The id of the one alert that there is for this object (and direction) and code. */
export function alertIdOf(object: AlertObject, code: string): string {
  return idFrom("al", JSON.stringify([object.type, object.id, object.direction ?? "", code]));
}

/**
 * Raises: opens a first or a new episode, or counts a repetition. `null`: nothing changes, because this message was
 * counted already, or the alert was cleared after the moment this message speaks of.
 */
export function raised(before: AlertDocument | null, fact: AlertRaised, context: StepContext): AlertDocument | null {
  if (before?.recentIds.includes(context.origin.id)) return null;
  if (before?.state === "cleared" && fact.at < (before.clearedAt ?? 0)) return null;
  const repetition = before?.state === "raised";
  const { severity, audience, text, remedy } = meaningOf(fact.code);
  const lastAt = repetition ? Math.max(before.lastAt, fact.at) : fact.at;
  const after: AlertDocument = {
    _id: before?._id ?? alertIdOf(fact.object, fact.code),
    v: before?.v ?? 0,
    createdAt: before?.createdAt ?? context.now,
    changedAt: context.now,
    object: { ...before?.object, ...fact.object },
    code: fact.code,
    severity,
    audience,
    text,
    remedy,
    detail: fact.detail ?? (repetition ? before.detail : null),
    evidence: fact.evidence ?? (repetition ? before.evidence : null),
    state: "raised",
    firstAt: repetition ? before.firstAt : fact.at,
    lastAt,
    count: repetition ? before.count + 1 : 1,
    clearedAt: null,
    episode: (before?.episode ?? 0) + (repetition ? 0 : 1),
    recentIds: remember(before, context.origin.id),
    notice: before?.notice ?? noNotice,
    outbox: before?.outbox ?? [],
    ...(before?.unconfirmed ? { unconfirmed: before.unconfirmed } : {}),
    ...(before?.confirmAt === undefined ? {} : { confirmAt: before.confirmAt }),
  };
  return repetition ? after : announced(after, "raised", context);
}

/** Clears. `null`: it is not raised, or was raised again after the moment this message speaks of. */
export function cleared(before: AlertDocument, fact: AlertCleared, context: StepContext): AlertDocument | null {
  if (before.recentIds.includes(context.origin.id)) return null;
  if (before.state !== "raised" || fact.at < before.lastAt) return null;
  // A deleted mailbox is cleared for all future; the alert then shows the moment it was noticed.
  const clearedAt = Math.min(fact.at, Math.max(context.now, before.lastAt));
  const after: AlertDocument = {
    ...before,
    state: "cleared",
    clearedAt,
    changedAt: context.now,
    recentIds: remember(before, context.origin.id),
    expireAt: new Date(clearedAt + keptMs),
  };
  return announced(after, "cleared", context);
}

/** The alert as everybody else sees it. */
export function shownAlert(alert: AlertDocument): Alert {
  const { object, code, severity, audience, text, remedy, detail, evidence, state } = alert;
  const { v, firstAt, lastAt, count, clearedAt, createdAt, changedAt } = alert;
  const what = { id: alert._id, v, object, code, severity, audience, text, remedy, detail, evidence, state };
  const times = { firstAt, lastAt, clearedAt, createdAt, changedAt };
  return { ...what, ...times, count, notification: alert.notice.state };
}

/** A code that the closed list does not know, e.g. from a newer service: shown as a warning, never lost. */
function meaningOf(code: string) {
  const known = Object.hasOwn(alertCodes, code) ? alertCodes[code as keyof typeof alertCodes] : undefined;
  return known ?? { ...alertCodes.UNCLASSIFIED, severity: "warning" as const };
}

function remember(before: AlertDocument | null, id: string): string[] {
  return [...(before?.recentIds ?? []), id].slice(-rememberedIds);
}

/** With the fact for everybody and the plan for the mail. */
function announced(alert: AlertDocument, type: AlertFact, context: StepContext): AlertDocument {
  const planned = { ...alert, notice: planNotice(alert, context.now, context.quietMs) };
  const message: OutgoingMessage = {
    id: `${alert._id}:${alert.episode}:${type}`,
    subject: subjects.alertFact(alert.severity, type),
    type: "alert.changed.v1",
    ...(alert.object.type === "mailbox" ? { mailboxId: alert.object.id } : {}),
    sequence: alert.episode,
    at: context.now,
    causation: context.origin.id,
    ...(context.origin.correlation === undefined ? {} : { correlation: context.origin.correlation }),
    ...(context.origin.traceparent === undefined ? {} : { traceparent: context.origin.traceparent }),
    body: { alert: shownAlert({ ...planned, v: alert.v + 1 }) },
  };
  return { ...planned, outbox: [...alert.outbox, message] };
}
