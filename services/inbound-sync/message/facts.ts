import { type OutgoingMessage, subjects } from "@mailfleet/contracts";
import type { StoredMessage } from "./document.ts";

/** A message was received. The message's key is the fact's id, so the same message is the same fact. */
export function mailReceived(message: StoredMessage, correlation?: string, id = message.id): OutgoingMessage {
  const { mailboxId, receivedAt, storedAt, size, sha256, messageId, subject, from, unparsed, undeliverable } = message;
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
    },
  };
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
