import {
  type AlertCode,
  type Failure,
  type MailFact,
  type MessageBody,
  type MessageType,
  type OutgoingMessage,
  type SendState,
  subjects,
} from "@mailfleet/contracts";
import type { Answered, StoredSend } from "./send.ts";

type Named = Pick<StoredSend, "id" | "mailboxId" | "correlation" | "traceparent">;

/** A message about a send's mailbox. */
function message<Type extends MessageType>(
  { mailboxId, correlation, traceparent }: Pick<Named, "mailboxId" | "correlation" | "traceparent">,
  type: Type,
  at: number,
  more: {
    readonly id: string;
    readonly subject: string;
    readonly body: MessageBody<Type>;
    readonly generation?: number;
  },
): OutgoingMessage {
  return { type, at, mailboxId, correlation, ...(traceparent !== undefined && { traceparent }), ...more };
}

/** "Something is due for this mailbox": one outstanding at a time is enough. */
export function sendsDue(mailboxId: string, id: string, at: number): OutgoingMessage {
  return message({ mailboxId }, "sends.due.v1", at, { id, subject: subjects.send(mailboxId), body: { mailboxId } });
}

/** Wakes the send's mailbox when it may be tried again. Ordered by its attempts. */
export function attemptTimer(send: Named & Pick<StoredSend, "attempt">, due: number, at: number): OutgoingMessage {
  const { id, mailboxId, attempt, correlation } = send;
  const woken = { subject: subjects.send(mailboxId), type: "sends.due.v1", body: { mailboxId } };
  return message(send, "timer.set.v1", at, {
    id: `${id}:timer:${attempt}`,
    subject: subjects.timerSet(id),
    body: { owner: id, name: "attempt", seq: attempt, due, deliver: { ...woken, mailboxId, correlation } },
  });
}

type Told = Named & Pick<StoredSend, "messageId" | "idempotencyKey" | "attempt">;

/** `mail.sent.v1`. */
export function mailSent(send: Told, answer: string, rejected: readonly string[], at: number): OutgoingMessage {
  const body = { ...factOf(send, at), answer, rejected: [...rejected] };
  return fact("mail.sent.v1", send, "sent", at, body);
}

/** `mail.deferred.v1`, `mail.waiting.v1`, `mail.uncertain.v1`, `mail.failed.v1`, `mail.expired.v1`. */
export function mailNotSent(
  send: Told,
  state: Extract<SendState, "deferred" | "waiting" | "uncertain" | "failed" | "expired">,
  at: number,
  failure: Failure | undefined,
  nextAttemptAt: number | null,
): OutgoingMessage {
  return fact(`mail.${state}.v1`, send, state, at, { ...factOf(send, at), failure, nextAttemptAt });
}

/** `mail.undeliverable.v1` */
export function mailUndeliverable(
  send: Pick<Told, Exclude<keyof Told, "attempt">>,
  recipients: MessageBody<"mail.undeliverable.v1">["recipients"],
  report: string,
  at: number,
): OutgoingMessage {
  const { mailboxId, id: sendId, messageId, idempotencyKey } = send;
  const body = { mailboxId, sendId, messageId, idempotencyKey, at, recipients: [...recipients], report };
  const subject = subjects.mailFact(mailboxId, "undeliverable");
  return message(send, "mail.undeliverable.v1", at, { id: `${sendId}:undeliverable:${report}`, subject, body });
}

/** `mail.answered.v1` */
export function mailAnswered(
  send: Pick<Told, Exclude<keyof Told, "attempt">>,
  { message: answer, from, at }: Answered,
): OutgoingMessage {
  const { mailboxId, id: sendId, messageId, idempotencyKey } = send;
  const body = { mailboxId, sendId, messageId, idempotencyKey, at, answer, from };
  const subject = subjects.mailFact(mailboxId, "answered");
  return message(send, "mail.answered.v1", at, { id: `${sendId}:answered:${answer}`, subject, body });
}

function factOf(send: Told, at: number) {
  const { mailboxId, id: sendId, messageId, idempotencyKey, attempt } = send;
  return { mailboxId, sendId, messageId, idempotencyKey, at, attempt };
}

function fact<Type extends MessageType>(
  type: Type,
  send: Told,
  name: MailFact,
  at: number,
  body: MessageBody<Type>,
): OutgoingMessage {
  const id = `${send.id}:${name}:${send.attempt}:${at}`;
  return message(send, type, at, { id, subject: subjects.mailFact(send.mailboxId, name), body });
}

/** Something about one send that a person should know. */
export function sendAlert(
  send: Told,
  code: AlertCode,
  at: number,
  failure?: Pick<Failure, "evidence">,
): OutgoingMessage {
  return message(send, "alert.raised.v1", at, {
    id: `${send.id}:alert:${code}:${send.attempt}`,
    subject: subjects.mailFact(send.mailboxId, "alert-raised"),
    body: {
      at,
      object: { type: "send", id: send.id, label: send.messageId },
      code,
      detail: `attempt ${send.attempt} of the send ${send.id}`,
      evidence: failure?.evidence,
    },
  });
}

/** It is over for this send. */
export function sendAlertOver(send: Told, at: number): OutgoingMessage {
  return message(send, "alert.cleared.v1", at, {
    id: `${send.id}:alert-cleared:${at}`,
    subject: subjects.mailFact(send.mailboxId, "alert-cleared"),
    body: { at, object: { type: "send", id: send.id } },
  });
}

/**
 * Tells the machine that the mailbox cannot send. One id for each generation, so that a hundred sends that fail together
 * are told once.
 */
export function mailboxFailed(send: Named, generation: number, failure: Failure, at: number): OutgoingMessage {
  const { mailboxId } = send;
  return message(send, "mailbox.run-failed.v1", at, {
    id: `${mailboxId}:outbound:sync:${generation}:failed`,
    subject: subjects.mailboxEvent(mailboxId),
    body: { mailboxId, direction: "outbound", purpose: "sync", generation, at, failure },
    generation,
  });
}
