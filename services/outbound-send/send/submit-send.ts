import { ProblemError, type RequestArguments, type Send, traceparent } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import { uploadLifeMs } from "./hand-over.ts";
import { prepareMessage } from "./prepare-message.ts";
import { refuseLoop } from "./refuse-loop.ts";
import type { NewSend, StoredSend } from "./send.ts";
import { sendingOf } from "./sending.ts";
import { showSend } from "./show-send.ts";

/** Existence and address of a mailbox seldom change. A send that is accepted after a deletion fails later. */
const CONNECTION_AGE_MS = 5000;

/**
 * `send.submit`: accepts a message durably. The same idempotency key gives the first answer again; with different content
 * it is a mistake (ALREADY_EXISTS). If the mailbox cannot send now, the send is still accepted and waits for it.
 */
export async function submitSend(
  ports: OutboundPorts,
  input: RequestArguments<"outbound-send.send.submit">,
  { attachment }: { readonly attachment?: Uint8Array },
): Promise<Send> {
  const { mailboxId, sendId, idempotencyKey, by, correlation } = input;
  const connection = await ports.worker.connections.get(mailboxId, CONNECTION_AGE_MS);
  if (!connection)
    throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}`, {
      remedy: "Name an existing mailbox; a deleted one cannot send.",
    });
  const { address } = connection;
  const acceptedAt = ports.now();
  const prepared = await prepareMessage(ports, input.content, attachment, { sendId, address, at: acceptedAt });
  const { used, automatic, ...message } = prepared;
  const most = connection.maximumMessageBytes ?? message.size;
  if (message.size > most) {
    for (const uploadId of [...used, message.body?.uploadId]) if (uploadId) await ports.uploads.remove(uploadId);
    throw new ProblemError("TOO_LARGE", `The message has ${message.size} bytes, at most ${most} may be sent.`, {
      remedy: "Send smaller attachments, or a link to them. An administrator sets the limit: maximumMessageKilobytes.",
    });
  }
  if (automatic) await refuseLoop(ports, { mailboxId, sendId, to: message.to, at: acceptedAt, ...automatic });
  const parent = traceparent();
  const send: NewSend = {
    id: sendId,
    ...{ mailboxId, idempotencyKey, by, correlation, acceptedAt },
    ...(parent !== undefined && { traceparent: parent }),
    envelopeFrom: address,
    ...(automatic && { automatic: true as const }),
    ...message,
  };
  // Bytes first: a send that is there has its message.
  if (send.body) await ports.uploads.keep(send.body.uploadId, acceptedAt + uploadLifeMs);
  const accepted = await ports.sends.accept(send);
  const own = accepted.stored || accepted.existing.body?.uploadId === send.body?.uploadId ? [] : [send.body?.uploadId];
  for (const uploadId of [...used, ...own]) if (uploadId) void ports.uploads.remove(uploadId);
  if (!accepted.stored) return showSend(sameAs(accepted.existing, send));
  ports.failPoint("outbound.after-accept");
  ports.metrics.accepted.inc();
  sendingOf(ports).wakeUps.wake(mailboxId);
  return showSend(asAccepted(send));
}

function asAccepted({ raw: _raw, ...send }: NewSend): StoredSend {
  return {
    ...send,
    state: "accepted",
    remaining: send.to,
    changedAt: send.acceptedAt,
    waitsSince: send.acceptedAt,
    attempt: 0,
    deferrals: 0,
    attempts: [],
    nextAttemptAt: null,
    answer: null,
    rejected: [],
    commands: [],
  };
}

function sameAs(existing: StoredSend, asked: NewSend): StoredSend {
  const same =
    existing.mailboxId === asked.mailboxId &&
    existing.idempotencyKey === asked.idempotencyKey &&
    existing.contentHash === asked.contentHash;
  if (same) return existing;
  throw new ProblemError(
    "ALREADY_EXISTS",
    `This idempotency key belongs to the send ${existing.id} with different content`,
    {
      remedy: "Use a new key for a new message; repeat a request exactly to get its first answer again.",
    },
  );
}
