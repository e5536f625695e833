import type { z } from "zod";
import { AuditEntry } from "../audit/audit.ts";
import { DeploymentMark } from "../deployment/mark.ts";
import { job } from "../job/job.ts";
import { profile } from "../profile/profile.ts";
import { TimerClear, TimerSet } from "../timer/messages.ts";
import { AlertFactBody, DeadLetterBody, IncidentFactBody } from "./alert-facts.ts";
import {
  AnswerReceived,
  MailAnswered,
  MailNotSent,
  MailReceived,
  MailSent,
  MailUndeliverable,
  ProbeReceived,
  ReportReceived,
  SendsDue,
} from "./mail-facts.ts";
import {
  AlertCleared,
  AlertRaised,
  MailboxChanged,
  MailboxCreated,
  MailboxDeleted,
  MailboxTested,
  MailboxTransitioned,
} from "./mailbox-facts.ts";
import { RunFailed, RunFinished, RunRequested, RunStep, RunSucceeded, TimerFired } from "./run-messages.ts";

/**
 * Every message type with its schema. Within a version only optional fields are added; a changed meaning is a new
 * version beside the old. Readers ignore unknown fields.
 */
export const messageTypes = {
  "run.requested.v1": RunRequested,
  "run.step.v1": RunStep,
  "run.finished.v1": RunFinished,
  "mailbox.run-succeeded.v1": RunSucceeded,
  "mailbox.run-failed.v1": RunFailed,
  "mailbox.timer-fired.v1": TimerFired,
  "mailbox.created.v1": MailboxCreated,
  "mailbox.changed.v1": MailboxChanged,
  "mailbox.transitioned.v1": MailboxTransitioned,
  "mailbox.tested.v1": MailboxTested,
  "mailbox.deleted.v1": MailboxDeleted,
  "profile.created.v1": profile.facts.created,
  "profile.changed.v1": profile.facts.changed,
  "profile.deleted.v1": profile.facts.deleted,
  "job.started.v1": job.facts.started,
  "job.progressed.v1": job.facts.progressed,
  "job.ended.v1": job.facts.ended,
  "alert.raised.v1": AlertRaised,
  "alert.cleared.v1": AlertCleared,
  "alert.changed.v1": AlertFactBody,
  "incident.changed.v1": IncidentFactBody,
  "mail.received.v1": MailReceived,
  "mail.probe-received.v1": ProbeReceived,
  "mail.report-received.v1": ReportReceived,
  "mail.answer-received.v1": AnswerReceived,
  "mail.sent.v1": MailSent,
  "mail.deferred.v1": MailNotSent,
  "mail.waiting.v1": MailNotSent,
  "mail.uncertain.v1": MailNotSent,
  "mail.failed.v1": MailNotSent,
  "mail.expired.v1": MailNotSent,
  "mail.undeliverable.v1": MailUndeliverable,
  "mail.answered.v1": MailAnswered,
  "sends.due.v1": SendsDue,
  "timer.set.v1": TimerSet,
  "timer.clear.v1": TimerClear,
  "audit.recorded.v1": AuditEntry,
  "dead.letter.v1": DeadLetterBody,
  "deployment.mark.v1": DeploymentMark,
} as const satisfies Record<string, z.ZodType>;
export type MessageType = keyof typeof messageTypes;
export type MessageBody<Type extends MessageType> = z.infer<(typeof messageTypes)[Type]>;

/** The body if it fits its type, else why not. An unknown type is an answer too, not an exception. */
export function readMessage<Type extends MessageType>(
  type: string,
  body: unknown,
  expected: readonly Type[],
): { ok: true; type: Type; body: MessageBody<Type> } | { ok: false; reason: string } {
  const known = expected.find((candidate) => candidate === type);
  if (!known) return { ok: false, reason: `message type ${type || "(none)"} is not known to this consumer` };
  const parsed = messageTypes[known].safeParse(body);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, 5).map((issue) => `/${issue.path.join("/")} ${issue.message}`);
    return { ok: false, reason: `${type} is malformed: ${issues.join("; ")}` };
  }
  return { ok: true, type: known, body: parsed.data as MessageBody<Type> };
}
