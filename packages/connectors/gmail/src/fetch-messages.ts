import { createHash, randomUUID } from "node:crypto";
import { concernsMessage, type FetchedMessage, LinkBroke, MessageRefused } from "@mailfleet/connector-api";
import { RefusedError } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type BatchPart, boundaryOf, readBatchAnswer } from "./batch-answer.ts";
import { type Estimates, isFarBelow } from "./estimates.ts";
import type { GmailApi } from "./gmail-api.ts";
import { malformed } from "./gmail-client.ts";
import { rawPieces } from "./raw-pieces.ts";
import { type MessageFacts, messageOf, readFacts, readMessage } from "./read-message.ts";
import { refusedError } from "./refusal.ts";

/** Larger messages are streamed, others are held whole. */
export const LARGE_MESSAGE = 256 * 1024;
/** An answer with a message of that size, in base64 with its surroundings. */
const LARGE_ANSWER = Math.ceil(LARGE_MESSAGE / 3) * 4 + 8 * 1024;
/** How much of one batch's answer is read. What did not arrive by then is requested again, in smaller batches. */
const BATCH_BYTES = 8 * 1024 * 1024;
/** A message of 60 MB in base64. Gmail accepts 50 MB. */
const STREAM_BYTES = 96 * 1024 * 1024;
const STREAM_MS = 15 * 60_000;
const METHOD = "messages.get";
const factFields = "id,labelIds,sizeEstimate,internalDate";

/** The result for one requested message. */
export type Answered =
  | { readonly type: "message"; readonly message: FetchedMessage; readonly draft: boolean }
  /** To be streamed, see `fetchLarge`. */
  | { readonly type: "large" }
  /** Deleted in the meantime. */
  | { readonly type: "gone" }
  /** Refused, or not answered. */
  | { readonly type: "failed"; readonly failure: FailureError };

/** Requests these messages together; each gets an answer. Throws if the request as a whole fails. */
export async function fetchSmall(
  api: GmailApi,
  estimates: Estimates,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Answered>> {
  const only = ids[0] as string;
  if (ids.length === 1) return new Map([[only, await fetchOne(api, estimates, only, signal)]]);
  const boundary = `batch-${randomUUID()}`;
  const lines = ids.map(
    (id) => `--${boundary}\r\nContent-Type: application/http\r\nContent-ID: <${id}>\r\n\r\nGET ${rawPath(id)}\r\n\r\n`,
  );
  const body = Buffer.from(`${lines.join("")}--${boundary}--\r\n`);
  const asked = api.ask({
    method: METHOD,
    path: "/batch/gmail/v1",
    post: { contentType: `multipart/mixed; boundary=${boundary}`, body: () => body },
    // The answer may announce more than it is read of: leaving it half read is how its size is limited.
    maximumBytes: Number.POSITIVE_INFINITY,
    signal,
  });
  const response = await asked.catch((error: FailureError) => {
    signal.throwIfAborted();
    throw error instanceof RefusedError ? error : new LinkBroke(error.failure, only, { cause: error });
  });
  const answers = new Map<string, Answered>();
  let broke: FailureError | null = null;
  try {
    const theirs = boundaryOf(response.headers.get("content-type"));
    if (theirs === null || response.body === null)
      throw malformed(METHOD, "the answer to a batch is not multipart/mixed");
    const read = { bytes: 0 };
    const asked = new Set(ids);
    for await (const part of readBatchAnswer(limited(response.body, read), theirs, LARGE_ANSWER)) {
      if (asked.has(part.contentId)) answers.set(part.contentId, answerOf(api, estimates, part));
    }
    if (read.bytes < BATCH_BYTES) broke = malformed(METHOD, "the answer to a batch is incomplete");
  } catch (error) {
    signal.throwIfAborted();
    broke = api.failure(error, METHOD);
  }
  for (const id of ids) if (!answers.has(id)) answers.set(id, { type: "failed", failure: broke ?? tooMuch() });
  return answers;
}

async function* limited(body: AsyncIterable<Uint8Array>, read: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    read.bytes += piece.byteLength;
    yield piece;
    if (read.bytes >= BATCH_BYTES) return;
  }
}

const tooMuch = () =>
  new FailureError(failureOf("ANSWER_TOO_LARGE", { command: METHOD, reply: `more than ${BATCH_BYTES} bytes` }));

/** What was read; failed where it is to be read a second time. */
function readWhole(estimates: Estimates, id: string, body: Buffer): Answered {
  const { message, draft, estimate } = readMessage(id, body);
  if (estimates.look(id, estimate, message.raw) === "whole") return { type: "message", message, draft };
  return { type: "failed", failure: tooFew(message.raw.byteLength, estimate) };
}

const tooFew = (bytes: number, estimate: number) =>
  malformed(METHOD, `the answer has ${bytes} of about ${estimate} bytes`);

function answerOf(api: GmailApi, estimates: Estimates, part: BatchPart): Answered {
  try {
    if (part.status === 200) return part.cut ? { type: "large" } : readWhole(estimates, part.contentId, part.body);
    const refusal = { status: part.status, body: part.body.toString("utf8"), retryAfter: part.retryAfter };
    return refusedAs(refusedError(refusal, api.refusalContext(METHOD)));
  } catch (error) {
    return refusedAs(api.failure(error, METHOD));
  }
}

async function fetchOne(api: GmailApi, estimates: Estimates, id: string, signal: AbortSignal): Promise<Answered> {
  const first = await askOne(api, estimates, id, signal);
  const isShort = first.type === "failed" && first.failure.failure.code === "PROTOCOL_ERROR";
  return isShort ? askOne(api, estimates, id, signal) : first;
}

async function askOne(api: GmailApi, estimates: Estimates, id: string, signal: AbortSignal): Promise<Answered> {
  try {
    const response = await api.ask({ method: METHOD, path: rawPath(id), maximumBytes: STREAM_BYTES, signal });
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of response.body ?? []) {
      pieces.push(piece);
      length += piece.byteLength;
      // Leaving the loop closes the answer.
      if (length > LARGE_ANSWER) return { type: "large" };
    }
    return readWhole(estimates, id, Buffer.concat(pieces));
  } catch (error) {
    signal.throwIfAborted();
    const failure = api.failure(error, METHOD);
    // Refused again with a renewed token.
    if (failure instanceof RefusedError && failure.status === 401) throw failure;
    return refusedAs(failure);
  }
}

/** One large message: its facts now, its bytes when they are read; `null` if it was deleted meanwhile. Throws `MessageRefused`. */
export async function fetchLarge(
  api: GmailApi,
  id: string,
  signal: AbortSignal,
): Promise<{ facts: MessageFacts; message: FetchedMessage } | null> {
  let facts: MessageFacts;
  try {
    const path = `${messagePath(id)}?format=minimal&fields=${factFields}`;
    const response = await api.ask({ method: METHOD, path, signal });
    facts = readFacts(id, Buffer.from(await response.arrayBuffer()));
  } catch (error) {
    signal.throwIfAborted();
    const failure = api.failure(error, METHOD);
    if (isGone(failure)) return null;
    throw brokenAt(id, failure);
  }
  return { facts, message: messageOf(id, facts, stream(api, id, { estimate: facts.size, signal })) };
}

/** This one message's failure, or that of the connection at this message. */
function brokenAt(id: string, failure: FailureError): FailureError {
  const cause = { cause: failure };
  if (isOfOneMessage(failure)) return new MessageRefused(failure.failure, cause);
  return failure instanceof RefusedError ? failure : new LinkBroke(failure.failure, id, cause);
}

/** Once the history or the list was given, a refusal of one message is its own, unless it speaks of token or limits. */
export function isOfOneMessage(failure: FailureError): boolean {
  const { kind } = failure.failure;
  const isOwn = failure instanceof RefusedError && failure.status !== 401 && kind !== "throttled" && kind !== "consent";
  return isOwn || concernsMessage(failure.failure);
}

interface Streaming {
  readonly estimate: number;
  readonly signal: AbortSignal;
}

async function* stream(api: GmailApi, id: string, { estimate, signal }: Streaming): AsyncGenerator<Buffer> {
  const first = createHash("sha256");
  let bytes = 0;
  for await (const piece of streamOnce(api, id, signal)) {
    first.update(piece);
    bytes += piece.byteLength;
    yield piece;
  }
  if (!isFarBelow(estimate, bytes)) return;
  const second = createHash("sha256");
  for await (const piece of streamOnce(api, id, signal)) second.update(piece);
  if (bytes === 0 || second.digest("hex") !== first.digest("hex"))
    throw new MessageRefused(tooFew(bytes, estimate).failure);
}

async function* streamOnce(api: GmailApi, id: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    const response = await api.ask({
      method: METHOD,
      path: rawPath(id),
      timeoutMs: STREAM_MS,
      maximumBytes: STREAM_BYTES,
      signal,
    });
    // Deleted meanwhile is an error, because half a message does not count. The next run will not find it.
    yield* rawPieces(response.body ?? emptyBody());
  } catch (error) {
    signal.throwIfAborted();
    const failure = api.failure(error, METHOD);
    throw brokenAt(id, failure);
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

/** True for Gmail's own 404. A proxy's says nothing about a message. */
function isGone(failure: FailureError): boolean {
  return failure instanceof RefusedError && failure.status === 404 && failure.codes !== null;
}

function refusedAs(failure: FailureError): Answered {
  return isGone(failure) ? { type: "gone" } : { type: "failed", failure };
}

function messagePath(id: string): string {
  return `/gmail/v1/users/me/messages/${id}`;
}

function rawPath(id: string): string {
  return `${messagePath(id)}?format=raw&fields=${factFields},raw`;
}
