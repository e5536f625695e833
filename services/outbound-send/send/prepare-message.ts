import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  ComposedSubmission,
  invalid,
  ProblemError,
  type SubmittedContent,
  type Upload,
  uploadPieceBytes,
} from "@mailfleet/contracts";
import { composeMessage, messageIdForSend, ownHeaders, prepareRaw, streamMessage } from "@mailfleet/mime";
import type { OutboundPorts } from "../ports.ts";
import type { NewSend } from "./send.ts";

/** A message ready to be accepted. */
export interface PreparedMessage
  extends Pick<NewSend, "messageId" | "from" | "to" | "subject" | "size" | "raw" | "body" | "contentHash"> {
  /** Uploads that are not needed once it is accepted, and those that are not needed if it is not. */
  readonly used: readonly string[];
}

/** What a message is prepared for. */
export interface Preparation {
  readonly sendId: string;
  /** The mailbox's address. */
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** 25 MB and its headers; the mail server's own limit comes on top (RFC 1870). */
const LARGEST_MESSAGE = 26 * 1024 * 1024;
/** A message of up to this size is stored in its send: one insert, and the write of its result removes it. */
const INLINE_LIMIT = 64 * 1024;
/** JSON of a message to be composed: text and HTML; attachments are uploaded separately. */
const LARGEST_JSON = 8 * 1024 * 1024;

type UploadPort = Pick<OutboundPorts, "uploads">;
type Composed = Extract<SubmittedContent, { subject: string }>;

/**
 * Makes the message of a submitted content: ready-made bytes stay as they are, a composed one is written while its
 * attachments are read. What is large goes from store to store in pieces and is never whole in memory.
 */
export async function prepareMessage(
  ports: UploadPort,
  content: SubmittedContent,
  attachment: Uint8Array | undefined,
  preparation: Preparation,
): Promise<PreparedMessage> {
  if ("json" in content) {
    const submission = await readJson(ports, content.json);
    return prepareComposed(ports, submission, preparation, [content.json.uploadId]);
  }
  if (!("raw" in content)) return prepareComposed(ports, content, preparation, []);
  if (content.raw !== "attached") return prepareUploaded(ports, content.to, content.raw, preparation);
  if (!attachment?.length) throw new ProblemError("INVALID", "The message is missing: it must be attached");
  return prepareAttached(ports, content.to, attachment, preparation);
}

async function prepareAttached(
  ports: UploadPort,
  to: readonly string[],
  bytes: Uint8Array,
  { sendId, address, at }: Preparation,
): Promise<PreparedMessage> {
  const { head, ...found } = prepareRaw({
    start: bytes,
    messageId: messageIdForSend(sendId, address),
    sendId,
    date: at,
  });
  const contentHash = createHash("sha256").update(JSON.stringify(to)).update(bytes).digest("hex");
  const named = { messageId: found.messageId, from: found.from ?? address, to, subject: found.subject ?? "" };
  const raw = Buffer.concat([head, bytes]);
  return { ...named, contentHash, used: [], ...(await stored(ports, raw)) };
}

/** One pass over the pieces finds out all that is asked of them. */
async function prepareUploaded(
  ports: UploadPort,
  to: readonly string[],
  upload: Upload,
  { sendId, address, at }: Preparation,
): Promise<PreparedMessage> {
  const hash = createHash("sha256").update(JSON.stringify(to));
  let start: Uint8Array = new Uint8Array();
  let size = 0;
  let eightBit = false;
  for await (const piece of pieces(ports, upload)) {
    if (size === 0) start = piece;
    hash.update(piece);
    eightBit ||= hasEightBit(piece);
    size += piece.length;
    if (size > LARGEST_MESSAGE) throw tooLarge(size);
  }
  const { head, ...found } = prepareRaw({ start, messageId: messageIdForSend(sendId, address), sendId, date: at });
  return {
    messageId: found.messageId,
    from: found.from ?? address,
    to,
    subject: found.subject ?? "",
    contentHash: hash.digest("hex"),
    size: head.length + size,
    body: { uploadId: upload.uploadId, eightBit, head: head.toString("latin1") },
    used: [],
  };
}

async function prepareComposed(
  ports: UploadPort,
  content: Composed,
  { sendId, address, at }: Preparation,
  used: readonly string[],
): Promise<PreparedMessage> {
  const messageId = messageIdForSend(sendId, address);
  const { attachments = [], ...rest } = content;
  const base = { from: address, messageId, date: at, extraHeaders: { [ownHeaders.send]: sendId } };
  const named = { messageId, from: content.from ?? address, subject: content.subject };
  const hash = createHash("sha256").update(JSON.stringify(rest));
  const uploads = attachments.flatMap((one) => ("upload" in one ? one.upload : []));
  for (const one of attachments) {
    hash.update(JSON.stringify([one.filename, one.contentType]));
    if ("upload" in one) for await (const piece of pieces(ports, one.upload)) hash.update(piece);
    else hash.update(Buffer.from(one.contentBase64, "base64"));
  }
  const parts = attachments.map((one) => ({
    filename: one.filename,
    ...(one.contentType === undefined ? {} : { contentType: one.contentType }),
    content: "upload" in one ? Readable.from(pieces(ports, one.upload)) : Buffer.from(one.contentBase64, "base64"),
  }));
  const composition = { ...base, content: rest, attachments: parts };
  const contentHash = hash.digest("hex");
  if (uploads.length === 0) {
    const { raw, envelope } = await composeMessage(composition);
    return { ...named, to: envelope.to, contentHash, used, ...(await stored(ports, raw)) };
  }
  const { stream, envelope } = streamMessage(composition);
  const written = await writeUpload(ports, stream);
  const names = [...used, ...uploads.map(({ uploadId }) => uploadId)];
  return { ...named, to: envelope.to, contentHash, used: names, size: written.size, body: written.body };
}

/** In its send where it is small, else in pieces. */
async function stored(ports: UploadPort, raw: Buffer): Promise<Pick<NewSend, "size" | "raw" | "body">> {
  if (raw.length > LARGEST_MESSAGE) throw tooLarge(raw.length);
  return raw.length <= INLINE_LIMIT ? { size: raw.length, raw } : writeUpload(ports, [raw]);
}

/** Writes a message in pieces while it comes. */
async function writeUpload(ports: UploadPort, chunks: AsyncIterable<Buffer> | Iterable<Buffer>) {
  const uploadId = randomBytes(16).toString("hex");
  let size = 0;
  let index = 0;
  let eightBit = false;
  try {
    for await (const piece of inPieces(chunks, uploadPieceBytes)) {
      size += piece.length;
      if (size > LARGEST_MESSAGE) throw tooLarge(size);
      eightBit ||= hasEightBit(piece);
      await ports.uploads.append(uploadId, index++, piece);
    }
  } catch (error) {
    await ports.uploads.remove(uploadId);
    throw error;
  }
  return { size, body: { uploadId, eightBit, head: "" } };
}

/** Collects chunks of any size into pieces of exactly `size` bytes and a last shorter one. */
async function* inPieces(chunks: AsyncIterable<Buffer> | Iterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    length += chunk.length;
    while (length >= size) {
      const all = Buffer.concat(held);
      yield all.subarray(0, size);
      held = [all.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}

/** The pieces of an upload, all of them or a refusal. */
async function* pieces({ uploads }: UploadPort, { uploadId, pieces: count }: Upload): AsyncGenerator<Uint8Array> {
  try {
    yield* uploads.read(uploadId, { pieces: count });
  } catch (error) {
    if (!(error instanceof Error && error.name === "UploadIncomplete")) throw error;
    throw new ProblemError("NOT_FOUND", `The upload ${uploadId} has not all of its ${count} pieces`, {
      remedy: "Upload the content again; pieces are kept for an hour.",
    });
  }
}

async function readJson(ports: UploadPort, upload: Upload): Promise<Composed> {
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces(ports, upload)) {
    held.push(piece);
    size += piece.length;
    if (size > LARGEST_JSON) throw new ProblemError("TOO_LARGE", `The content may have at most ${LARGEST_JSON} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(held).toString("utf8"));
  } catch {
    throw new ProblemError("INVALID", "The uploaded content is not JSON");
  }
  const parsed = ComposedSubmission.safeParse(json);
  if (!parsed.success) throw invalid(parsed.error, "The uploaded content is not valid");
  return parsed.data;
}

function hasEightBit(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) if ((bytes[index] as number) > 127) return true;
  return false;
}

function tooLarge(size: number): ProblemError {
  return new ProblemError("TOO_LARGE", `The message has ${size} bytes, at most ${LARGEST_MESSAGE} are taken`, {
    remedy: "Send it with smaller attachments, or a link to them.",
  });
}
