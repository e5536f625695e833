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
import type { StoredSend } from "./send.ts";

function message<Type extends MessageType>(
  type: Type,
  subject: string,
  id: string,
  at: number,
  mailboxId: string,
  body: MessageBody<Type>,
  more: { generation?: number; correlation?: string } = {},
): OutgoingMessage<MessageBody<Type>> {
  return { type, subject, id, at, mailboxId, body, ...more };
}

type Named = Pick<StoredSend, "id" | "mailboxId" | "correlation">;

/** "Something is due for this mailbox": one outstanding at a time is enough. */
export function sendsDue(mailboxId: string, id: string, at: number): OutgoingMessage {
  return message("sends.due.v1", subjects.send(mailboxId), id, at, mailboxId, { mailboxId });
}

/** Wakes the send's mailbox when it may be tried again. Ordered by its attempts. */
export function attemptTimer(send: Named & Pick<StoredSend, "attempt">, due: number, at: number): OutgoingMessage {
  return message(
    "timer.set.v1",
    subjects.timerSet(send.id),
    `${send.id}:timer:${send.attempt}`,
    at,
    send.mailboxId,
    {
      owner: send.id,
      name: "attempt",
      seq: send.attempt,
      due,
      deliver: {
        subject: subjects.send(send.mailboxId),
        type: "sends.due.v1",
        mailboxId: send.mailboxId,
        ...correlationOf(send),
        body: { mailboxId: send.mailboxId },
      },
    },
    correlationOf(send),
  );
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
  return message(type, subjects.mailFact(send.mailboxId, name), id, at, send.mailboxId, body, correlationOf(send));
}

/** Something about one send that a person should know. */
export function sendAlert(send: Told, code: AlertCode, at: number, failure?: Failure): OutgoingMessage {
  return message(
    "alert.raised.v1",
    subjects.mailFact(send.mailboxId, "alert-raised"),
    `${send.id}:alert:${code}:${send.attempt}`,
    at,
    send.mailboxId,
    {
      at,
      object: { type: "send", id: send.id, label: send.messageId },
      code,
      detail: `attempt ${send.attempt} of the send ${send.id}`,
      ...(failure?.evidence ? { evidence: failure.evidence } : {}),
    },
    correlationOf(send),
  );
}

/** It is over for this send. */
export function sendAlertOver(send: Told, at: number): OutgoingMessage {
  return message(
    "alert.cleared.v1",
    subjects.mailFact(send.mailboxId, "alert-cleared"),
    `${send.id}:alert-cleared:${at}`,
    at,
    send.mailboxId,
    { at, object: { type: "send", id: send.id } },
    correlationOf(send),
  );
}

/**
 * Tells the machine that the mailbox cannot send. One id for each generation, so that a hundred sends that fail together
 * are told once.
 */
export function mailboxFailed(send: Named, generation: number, failure: Failure, at: number): OutgoingMessage {
  const { mailboxId } = send;
  const run = { mailboxId, direction: "outbound" as const, purpose: "sync" as const, generation };
  const id = `${mailboxId}:outbound:sync:${generation}:failed`;
  const subject = subjects.mailboxEvent(mailboxId);
  return message(
    "mailbox.run-failed.v1",
    subject,
    id,
    at,
    mailboxId,
    { ...run, at, failure },
    {
      generation,
      ...correlationOf(send),
    },
  );
}

function correlationOf(send: { correlation?: string }): { correlation?: string } {
  return send.correlation === undefined ? {} : { correlation: send.correlation };
}
