import { type OutgoingMessage, subjects } from "@mailfleet/contracts";
import type { StoredMessage } from "./document.ts";

/** A message was received. The message's key is the fact's id, so the same message is the same fact. */
export function mailReceived(message: StoredMessage, correlation?: string, id = message.id): OutgoingMessage {
  const { mailboxId, receivedAt, storedAt, size, sha256, messageId, subject, from, unparsed } = message;
  const { undeliverable, automatic, answersTo } = message;
  return {
    id,
    subject: subjects.mailFact(mailboxId, "received"),
    type: "mail.received.v1",
    mailboxId,
    at: storedAt,
    ...(correlation && { correlation }),
    body: {
      mailboxId,
      messageKey: message.id,
      nativeId: message.id.slice(mailboxId.length + 1),
      receivedAt,
      storedAt,
      size,
      sha256,
      messageId,
      subject,
      from,
      unparsed,
      ...(undeliverable && { undeliverable }),
      ...(automatic !== undefined && { automatic }),
      ...(answersTo && { answersTo }),
    },
  };
}

/**
 * What is told of a message for the first time: that it was received and, of a report, what it reports; of an answer that
 * a person wrote, what it answers.
 */
export function factsOf(message: StoredMessage, correlation?: string): OutgoingMessage[] {
  const { id, mailboxId, storedAt: at, undeliverable, automatic, answersTo, from: senders } = message;
  const received = mailReceived(message, correlation);
  if (!undeliverable && answersTo && automatic === undefined) {
    const subject = subjects.mailFact(mailboxId, "answer-received");
    const body = { mailboxId, messageKey: id, at, answersTo, from: senders[0]?.address ?? null };
    return [received, { ...received, id: `${id}:answer`, subject, type: "mail.answer-received.v1", body }];
  }
  if (!undeliverable) return [received];
  const subject = subjects.mailFact(mailboxId, "report-received");
  const body = { mailboxId, messageKey: id, at, undeliverable };
  return [received, { ...received, id: `${id}:report`, subject, type: "mail.report-received.v1", body }];
}

/** Our own test message came back. */
export function probeReceived(
  mailboxId: string,
  probe: { nativeId: string; generation: number; sentAt: number; receivedAt: number },
): OutgoingMessage {
  return {
    id: `${mailboxId}/${probe.nativeId}:probe`,
    subject: subjects.mailFact(mailboxId, "probe-received"),
    type: "mail.probe-received.v1",
    mailboxId,
    at: probe.receivedAt,
    body: {
      mailboxId,
      generation: probe.generation,
      at: probe.receivedAt,
      // INTERNALDATE has whole seconds: a probe can seem to arrive before it was sent.
      tookMs: Math.max(0, probe.receivedAt - probe.sentAt),
    },
  };
}
