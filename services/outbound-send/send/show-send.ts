import { failureCodes, type Send } from "@mailfleet/contracts";
import type { StoredSend } from "./send.ts";

/** A send as it is shown. An attempt that is under way is the last one, without an end. */
export function showSend(send: StoredSend): Send {
  const underWay = send.state === "sending" && send.claim ? [{ n: send.attempt, startedAt: send.claim.startedAt }] : [];
  return {
    id: send.id,
    mailboxId: send.mailboxId,
    idempotencyKey: send.idempotencyKey,
    state: send.state,
    messageId: send.messageId,
    from: send.from,
    to: [...send.to],
    subject: send.subject,
    size: send.size,
    acceptedAt: send.acceptedAt,
    changedAt: send.changedAt,
    attempts: [...send.attempts, ...underWay],
    nextAttemptAt: send.nextAttemptAt,
    answer: send.answer,
    rejectedRecipients: [...send.rejected],
    ...(send.undelivered && { undelivered: [...send.undelivered] }),
    ...(send.answers && { answers: [...send.answers] }),
    lastError: send.failure
      ? { ...send.failure, ...words(send.failure.code), at: send.attempts.at(-1)?.endedAt ?? send.changedAt }
      : null,
  };
}

function words(code: keyof typeof failureCodes): { text: string; remedy: string } {
  const { text, remedy } = failureCodes[code];
  return { text, remedy };
}
