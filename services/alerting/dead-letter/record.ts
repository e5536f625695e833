import {
  type DeadLetter,
  type DeadLetterBody as DeadLetterMessage,
  headerNames,
  ProblemError,
  parseSubject,
} from "@mailfleet/contracts";
import { idFrom, type OutboxEntry } from "@mailfleet/kit";
import type { DeadLetterBody, ShownDeadLetter, StoredDeadLetter } from "./body.ts";

const keptMs = 30 * 86_400_000;
const previewLength = 2000;

/** The record of a message that was set aside; the same message always has the same id. */
export function deadLetterOf(message: { id: string; subject: string; body: DeadLetterMessage }): {
  readonly id: string;
  readonly body: DeadLetterBody;
} {
  const { reason, subject, stream, sequence, deliveries, headers, data, at } = message.body;
  const parsed = parseSubject(message.subject);
  const from = parsed?.stream === "DEAD" ? parsed : { service: "unknown", consumer: "unknown" };
  const body: DeadLetterBody = {
    service: from.service,
    consumer: from.consumer,
    reason,
    subject,
    stream,
    sequence,
    deliveries,
    type: headers[headerNames.type] ?? null,
    mailboxId: headers[headerNames.mailbox] ?? null,
    preview: Buffer.from(data, "base64").toString("utf8").slice(0, previewLength),
    at,
    state: "waiting",
    headers,
    data,
    forgetAt: new Date(Math.max(at, 0) + keptMs),
  };
  return { id: idFrom("dl", message.id), body };
}

/** The dead letter as the API shows it. */
export function shownDeadLetter(letter: ShownDeadLetter): DeadLetter {
  const { _id: id, v, createdAt, changedAt, service, consumer, reason, subject, stream, sequence } = letter;
  const { deliveries, type, mailboxId, preview, at, state } = letter;
  const what = { service, consumer, reason, subject, stream, sequence, deliveries, type, mailboxId, preview };
  return { id, v, ...what, at, state, createdAt, changedAt };
}

/**
 * The message again: same subject, type, headers and body, another id, or the server would take it for a repetition.
 * Throws NOT_POSSIBLE_NOW for anything that was not one of our messages.
 */
export function replayOf(letter: StoredDeadLetter): OutboxEntry {
  const { headers } = letter;
  const whole = (text: string | undefined) =>
    text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (letter.type === null) throw notReplayable("It has no type.");
  if (!parseSubject(letter.subject)) throw notReplayable("No stream takes its subject.");
  return {
    id: `${letter._id}:replay`,
    subject: letter.subject,
    type: letter.type,
    at: whole(headers[headerNames.at]) ?? letter.at,
    mailboxId: headers[headerNames.mailbox],
    sequence: whole(headers[headerNames.sequence]),
    generation: whole(headers[headerNames.generation]),
    correlation: headers[headerNames.correlation],
    causation: headers[headerNames.causation],
    traceparent: headers[headerNames.traceparent],
    body: bodyOf(letter),
  };
}

function bodyOf(letter: StoredDeadLetter): unknown {
  try {
    return JSON.parse(Buffer.from(letter.data, "base64").toString("utf8"));
  } catch {
    throw notReplayable("Its body is not JSON.");
  }
}

function notReplayable(reason: string): ProblemError {
  return new ProblemError("NOT_POSSIBLE_NOW", `This dead letter cannot be replayed. ${reason}`, {
    remedy:
      "Correct what sent it if its content still matters, then discard it: no consumer could read it this time either.",
  });
}
