import { ProblemError, type RequestArguments, type Send, traceparent } from "@mailfleet/contracts";
import { sayRepeated } from "@mailfleet/kit";
import type { OutboundPorts } from "../ports.ts";
import { uploadLifeMs } from "./hand-over.ts";
import { prepareMessage } from "./prepare-message.ts";
import { refuseAttachment } from "./refuse-attachment.ts";
import { refuseLoop } from "./refuse-loop.ts";
import type { NewSend, StoredSend } from "./send.ts";
import { sendingOf } from "./sending.ts";
import { showSend } from "./show-send.ts";
import type { Accepted } from "./store.ts";

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
  const parent = traceparent();
  const send: NewSend = {
    id: sendId,
    ...{ mailboxId, idempotencyKey, by, correlation, acceptedAt },
    ...(parent !== undefined && { traceparent: parent }),
    envelopeFrom: address,
    ...(automatic && { automatic: true as const }),
    ...message,
  };
  const refusal = await refused(async () => {
    refuseLarge(send, connection.maximumMessageBytes);
    await refuseAttachment(ports, send, connection.maximumAttachmentBytes);
    if (automatic) await refuseLoop(ports, { mailboxId, to: message.to, at: acceptedAt, ...automatic });
  });
  const accepted = await (refusal ? acceptedBefore(ports, send) : accept(ports, send));
  const isKept = accepted?.stored || accepted?.existing.body?.uploadId === send.body?.uploadId;
  for (const uploadId of isKept ? used : [...used, send.body?.uploadId])
    if (uploadId) void ports.uploads.remove(uploadId);
  if (!accepted) throw refusal;
  if (!accepted.stored) {
    const existing = sameAs(accepted.existing, send);
    sayRepeated();
    return showSend(existing);
  }
  ports.failPoint("outbound.after-accept");
  ports.metrics.accepted.inc();
  sendingOf(ports).wakeUps.wake(mailboxId);
  return showSend(asAccepted(send));
}

async function accept(ports: OutboundPorts, send: NewSend): Promise<Accepted> {
  // Bytes first: a send that is there has its message.
  if (send.body) await ports.uploads.keep(send.body.uploadId, send.acceptedAt + uploadLifeMs);
  return ports.sends.accept(send);
}

/** What was accepted under this key is not refused later, whatever has changed since. `null`: nothing was. */
async function acceptedBefore(
  { sends }: OutboundPorts,
  { mailboxId, idempotencyKey }: NewSend,
): Promise<Accepted | null> {
  const existing = await sends.ofKey(mailboxId, idempotencyKey);
  return existing && { stored: false, existing };
}

/** The refusal that these checks end with; `null`: they pass. */
async function refused(checks: () => Promise<void>): Promise<ProblemError | null> {
  try {
    await checks();
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}

/** Throws `TOO_LARGE`. `most`: bytes; absent: there is no limit. */
function refuseLarge({ size }: NewSend, most = size): void {
  if (size <= most) return;
  throw new ProblemError("TOO_LARGE", `The message has ${size} bytes, at most ${most} may be sent.`, {
    remedy: "Send smaller attachments, or a link to them. An administrator sets the limit: maximumMessageKilobytes.",
  });
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
