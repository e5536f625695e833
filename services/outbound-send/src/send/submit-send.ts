import { createHash } from "node:crypto";
import {
  ComposedContent,
  invalid,
  ProblemError,
  RawContent,
  type RequestArguments,
  type Send,
} from "@mailfleet/contracts";
import { composeMessage, messageIdForSend, ownHeaders, prepareRaw, readHeaders } from "@mailfleet/mime";
import { z } from "zod";
import type { Connections } from "../connection/connections.ts";
import type { Ports } from "../ports.ts";
import type { NewSend, StoredSend } from "./send.ts";
import { showSend } from "./show-send.ts";
import type { WakeUps } from "./wake-ups.ts";

type Submit = RequestArguments<"outbound-send.send.submit">;
type Content = ComposedContent | RawContent;

/** 25 MB and its headers; the mail server's own limit comes on top (RFC 1870). */
const LARGEST_MESSAGE = 26 * 1024 * 1024;
/** Existence and address of a mailbox change seldom; a send that is accepted too late for a deletion fails by itself. */
const CONNECTION_AGE_MS = 5000;
const AnyContent = z.union([ComposedContent, RawContent]);

/**
 * `send.submit`: accepts a message durably. The same idempotency key gives the first answer again; with another content
 * it is a mistake (ALREADY_EXISTS). A mailbox that cannot send now is no reason to refuse: the send waits for it.
 */
export async function submitSend(
  ports: Ports,
  connections: Connections,
  wakeUps: WakeUps,
  input: Submit,
): Promise<Send> {
  const content = "uploadId" in input.content ? await uploaded(ports, input.content) : input.content;
  const connection = await connections.get(input.mailboxId, CONNECTION_AGE_MS);
  if (!connection)
    throw new ProblemError("NOT_FOUND", `There is no mailbox ${input.mailboxId}`, {
      remedy: "Name an existing mailbox; a deleted one cannot send.",
    });
  const { now } = ports;
  const acceptedAt = now();
  const made = await make(input, content, connection.address, acceptedAt);
  if (made.raw.length > LARGEST_MESSAGE)
    throw new ProblemError(
      "TOO_LARGE",
      `The message has ${made.raw.length} bytes, at most ${LARGEST_MESSAGE} are taken`,
      {
        remedy: "Send it with smaller attachments, or a link to them.",
      },
    );
  const send: NewSend = {
    id: input.sendId,
    mailboxId: input.mailboxId,
    idempotencyKey: input.idempotencyKey,
    contentHash: createHash("sha256").update(JSON.stringify(content)).digest("hex"),
    by: input.by,
    correlation: input.correlation,
    acceptedAt,
    envelopeFrom: connection.address,
    ...made,
  };
  const accepted = await ports.sends.accept(send);
  if (!accepted.stored) return showSend(sameAs(accepted.existing, send));
  ports.failPoint("outbound.after-accept");
  ports.metrics.accepted.inc();
  wakeUps.wake(send.mailboxId);
  if ("uploadId" in input.content) await forget(ports, input.content);
  const { raw, ...shown } = send;
  return showSend({
    ...shown,
    state: "accepted",
    remaining: send.to,
    size: raw.length,
    changedAt: acceptedAt,
    waitsSince: acceptedAt,
    attempt: 0,
    deferrals: 0,
    attempts: [],
    nextAttemptAt: null,
    answer: null,
    rejected: [],
    commands: [],
  });
}

type Made = Pick<NewSend, "messageId" | "from" | "to" | "subject" | "raw">;

async function make(input: Submit, content: Content, address: string, date: number): Promise<Made> {
  const messageId = messageIdForSend(input.sendId, address);
  if ("rawBase64" in content) {
    const raw = Buffer.from(content.rawBase64, "base64");
    const prepared = prepareRaw({ raw, messageId, sendId: input.sendId, date });
    const { subject, from } = readHeaders(raw);
    return { ...prepared, from: from ?? address, to: content.to, subject: subject ?? "" };
  }
  const extraHeaders = { [ownHeaders.send]: input.sendId };
  const { raw, envelope } = await composeMessage({ content, from: address, messageId, date, extraHeaders });
  return { raw, messageId, from: content.from ?? address, to: envelope.to, subject: content.subject };
}

function sameAs(existing: StoredSend, asked: NewSend): StoredSend {
  const same =
    existing.mailboxId === asked.mailboxId &&
    existing.idempotencyKey === asked.idempotencyKey &&
    existing.contentHash === asked.contentHash;
  if (same) return existing;
  throw new ProblemError(
    "ALREADY_EXISTS",
    `This idempotency key belongs to the send ${existing.id} with another content`,
    {
      remedy: "Use a new key for a new message; repeat a request exactly to get its first answer again.",
    },
  );
}

interface Upload {
  readonly uploadId: string;
  readonly pieces: number;
}

async function uploaded(ports: Ports, { uploadId, pieces }: Upload): Promise<Content> {
  const bytes = await ports.uploads.read(uploadId, pieces);
  if (!bytes)
    throw new ProblemError("NOT_FOUND", `The upload ${uploadId} has not all of its ${pieces} pieces`, {
      remedy: "Upload the content again; pieces are kept for an hour.",
    });
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new ProblemError("INVALID", "The uploaded content is not JSON");
  }
  const parsed = AnyContent.safeParse(json);
  if (!parsed.success) throw invalid(parsed.error, "The uploaded content is not valid");
  return parsed.data;
}

/** Tidies up; what stays goes after its hour. */
async function forget(ports: Ports, { uploadId, pieces }: Upload): Promise<void> {
  await ports.uploads.remove(uploadId, pieces).catch(() => {});
}
