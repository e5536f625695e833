import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  ComposedSubmission,
  inPieces,
  invalid,
  ProblemError,
  type SubmittedContent,
  type Upload,
} from "@mailfleet/contracts";
import {
  composeMessage,
  type MessageFacts,
  MessageScanner,
  messageIdForSend,
  ownHeaders,
  prepareRaw,
  rewriteMessage,
  rewriteStream,
  scanMessage,
  scanned,
  streamMessage,
  UnsendableMessage,
} from "@mailfleet/mime";
import type { OutboundPorts } from "../ports.ts";
import type { NewSend } from "./send.ts";

/** A message ready to be accepted. */
export interface PreparedMessage
  extends Pick<NewSend, "messageId" | "from" | "to" | "subject" | "size" | "raw" | "body" | "contentHash"> {
  /** Uploads that are not needed once it is accepted, and those that are not needed if it is not. */
  readonly used: readonly string[];
  /** It is an automatic answer, perhaps to this message. */
  readonly automatic?: { readonly inReplyTo: string | null };
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
 * Makes the message of a submitted content: ready-made bytes stay as they are where they may be sent so, a composed one is
 * written while its attachments are read. What is large goes from store to store in pieces and is never whole in memory.
 */
export async function prepareMessage(
  ports: UploadPort,
  content: SubmittedContent,
  attachment: Uint8Array | undefined,
  preparation: Preparation,
): Promise<PreparedMessage> {
  try {
    if ("json" in content) {
      const submission = await readJson(ports, content.json);
      return await prepareComposed(ports, submission, preparation, [content.json.uploadId]);
    }
    if (!("raw" in content)) return await prepareComposed(ports, content, preparation, []);
    if (content.raw !== "attached") return await prepareUploaded(ports, content.to, content.raw, preparation);
    if (!attachment?.length) throw new ProblemError("INVALID", "The message is missing: it must be attached");
    return await prepareAttached(ports, content.to, attachment, preparation);
  } catch (error) {
    if (error instanceof UnsendableMessage) throw unsendable(error.message);
    throw error;
  }
}

async function prepareAttached(
  ports: UploadPort,
  to: readonly string[],
  bytes: Uint8Array,
  { sendId, address, at }: Preparation,
): Promise<PreparedMessage> {
  const { head, rest, ...found } = prepareRaw({
    start: bytes,
    messageId: messageIdForSend(sendId, address),
    sendId,
    date: at,
  });
  const contentHash = createHash("sha256").update(JSON.stringify(to)).update(bytes).digest("hex");
  const named = {
    messageId: found.messageId,
    from: found.from ?? address,
    to,
    subject: found.subject ?? "",
    ...automaticOf(found),
  };
  return { ...named, contentHash, used: [], ...(await stored(ports, Buffer.concat([head, rest]))) };
}

/** One pass over the pieces finds out all that is asked of them; a second one is made only if they must be changed. */
async function prepareUploaded(
  ports: UploadPort,
  to: readonly string[],
  upload: Upload,
  { sendId, address, at }: Preparation,
): Promise<PreparedMessage> {
  const hash = createHash("sha256").update(JSON.stringify(to));
  const scanner = new MessageScanner();
  let start: Uint8Array = new Uint8Array();
  let size = 0;
  for await (const piece of scanned(pieces(ports, upload), scanner)) {
    if (size === 0) start = piece;
    hash.update(piece);
    size += piece.length;
    if (size > LARGEST_MESSAGE) throw tooLarge(size);
  }
  const { head, rest, ...found } = prepareRaw({
    start,
    messageId: messageIdForSend(sendId, address),
    sendId,
    date: at,
  });
  const facts = scanner.end();
  const named = {
    messageId: found.messageId,
    from: found.from ?? address,
    to,
    subject: found.subject ?? "",
    contentHash: hash.digest("hex"),
    ...automaticOf(found),
  };
  const lines = head.toString("latin1");
  if (rest === start && !facts.mustChange(asOffered)) {
    const body = { uploadId: upload.uploadId, ...flagsOf(facts), head: lines };
    return { ...named, size: head.length + size, body, used: [] };
  }
  refuse(facts);
  const changed = startingWith(rest, pieces(ports, upload));
  const written = await writeUpload(
    ports,
    facts.mustChange(asOffered) ? rewriteStream(changed, facts, asOffered) : changed,
  );
  const body = { uploadId: written.uploadId, ...flagsOf(written.facts), head: lines };
  return { ...named, size: head.length + written.size, body, used: [upload.uploadId] };
}

const automaticOf = ({ isAutomatic, inReplyTo }: { isAutomatic: boolean; inReplyTo: string | null }) =>
  isAutomatic ? { automatic: { inReplyTo } } : {};

/** The pieces with another first one. */
async function* startingWith(start: Uint8Array, all: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const piece of all) {
    yield first ? start : piece;
    first = false;
  }
}

async function prepareComposed(
  ports: UploadPort,
  content: Composed,
  { sendId, address, at }: Preparation,
  used: readonly string[],
): Promise<PreparedMessage> {
  const messageId = messageIdForSend(sendId, address);
  const { attachments = [], ...rest } = content;
  const { inReplyTo = null, automatic: isAutomatic = false } = content;
  const extraHeaders = {
    [ownHeaders.send]: sendId,
    ...(inReplyTo !== null && { "In-Reply-To": inReplyTo, References: inReplyTo }),
    ...(isAutomatic && { "Auto-Submitted": "auto-replied" }),
  };
  const base = { from: address, messageId, date: at, extraHeaders };
  const named = {
    messageId,
    from: content.from ?? address,
    subject: content.subject,
    ...automaticOf({ isAutomatic, inReplyTo }),
  };
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
  const names = [...used, ...uploads.map(({ uploadId }) => uploadId)];
  return { ...named, to: envelope.to, contentHash, used: names, ...(await storedStream(ports, stream)) };
}

/** In its send where it is small, else in pieces. */
async function stored(ports: UploadPort, raw: Buffer): Promise<Pick<NewSend, "size" | "raw" | "body">> {
  if (raw.length > INLINE_LIMIT) return storedStream(ports, [raw]);
  const facts = scanMessage(raw);
  if (!facts?.mustChange(asOffered)) return { size: raw.length, raw };
  refuse(facts);
  const legal = rewriteMessage(raw, facts, asOffered);
  return { size: legal.length, raw: legal };
}

/** In pieces; written a second time if what came may not be sent as it is. */
async function storedStream(
  ports: UploadPort,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Pick<NewSend, "size" | "body">> {
  const written = await writeUpload(ports, chunks);
  const { size, uploadId, facts } = written;
  if (!facts.mustChange(asOffered)) return { size, body: { uploadId, ...flagsOf(facts), head: "" } };
  try {
    refuse(facts);
    const again = await writeUpload(ports, rewriteStream(ports.uploads.read(uploadId, { size }), facts, asOffered));
    return { size: again.size, body: { uploadId: again.uploadId, ...flagsOf(again.facts), head: "" } };
  } finally {
    await ports.uploads.remove(uploadId);
  }
}

/** What the server offers is known when the message is handed over; until then 8-bit text stays. */
const asOffered = { sevenBit: false } as const;

/** Throws if a message that must be changed cannot be. */
function refuse(facts: MessageFacts): void {
  const reason = facts.mustChange(asOffered) ? facts.whyNot(asOffered) : null;
  if (reason !== null) throw unsendable(reason);
}

function flagsOf({ eightBit, eightBitHeader }: MessageFacts) {
  return { eightBit, eightBitHeader };
}

/** Writes a message in pieces while it comes, and finds out what it is made of. */
async function writeUpload(ports: UploadPort, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const uploadId = randomBytes(16).toString("hex");
  const scanner = new MessageScanner();
  let size = 0;
  let index = 0;
  try {
    for await (const piece of scanned(inPieces(chunks), scanner)) {
      size += piece.length;
      if (size > LARGEST_MESSAGE) throw tooLarge(size);
      await ports.uploads.append(uploadId, index++, piece);
    }
    return { size, uploadId, facts: scanner.end() };
  } catch (error) {
    await ports.uploads.remove(uploadId);
    throw error;
  }
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

function unsendable(reason: string): ProblemError {
  return new ProblemError("INVALID", reason, {
    remedy:
      "Correct the message. One that is signed must be legal before it is signed: lines of at most 998 bytes, no NUL.",
  });
}

function tooLarge(size: number): ProblemError {
  return new ProblemError("TOO_LARGE", `The message has ${size} bytes, at most ${LARGEST_MESSAGE} are taken`, {
    remedy: "Send it with smaller attachments, or a link to them.",
  });
}
