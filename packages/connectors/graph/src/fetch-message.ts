import { concernsMessage, type FetchedMessage, LinkBroke, MessageRefused } from "@mailfleet/connector-api";
import { RefusedError, type TokenApi } from "@mailfleet/connector-http";
import type { FailureCode, FailureError } from "@mailfleet/contracts";
import { type Listed, readInstant } from "./find-new.ts";
import { immutableIds, malformed, pathOf, readAnswer } from "./graph-api.ts";
import { nativeIdOf } from "./graph-cursor.ts";

/** Larger messages are streamed, others are held whole. */
export const LARGE_MESSAGE = 256 * 1024;
/** Exchange Online takes at most 150 MB, and MIME makes a third more of it. */
const STREAM_BYTES = 256 * 1024 * 1024;
const STREAM_MS = 15 * 60_000;
const METHOD = "messages.$value";

/** The result for one message. */
export type Answered =
  | { readonly type: "message"; readonly message: FetchedMessage }
  | { readonly type: "draft" }
  /** It came before `processFrom`. */
  | { readonly type: "older" }
  /** Deleted in the meantime. */
  | { readonly type: "gone" }
  | { readonly type: "failed"; readonly failure: FailureError };

/** What a server or a way that is in trouble says when it is asked for one message: perhaps this message is the cause. */
const maybeOfThisMessage: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "CONNECTION_LOST",
  "CONNECTION_TIMEOUT",
  "SERVER_UNAVAILABLE",
]);

/** Requests one message; a large one is read on while the caller takes it. Never throws but for `signal`. */
export async function fetchMessage(
  api: TokenApi,
  address: string,
  listed: Listed,
  { processFrom, signal }: { readonly processFrom: number | null; readonly signal: AbortSignal },
): Promise<Answered> {
  try {
    const { id } = listed;
    const { receivedAt, draft } = await factsOf(api, address, listed, signal);
    if (draft) return { type: "draft" };
    if (processFrom !== null && receivedAt < processFrom) return { type: "older" };
    const path = pathOf(address, `messages/${encodeURIComponent(id)}/$value`);
    const limits = { timeoutMs: STREAM_MS, maximumBytes: STREAM_BYTES };
    const response = await api.ask({ method: METHOD, path, headers: immutableIds, ...limits, signal });
    const pieces = (response.body ?? emptyBody())[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    const { held, ended } = await beginning(pieces);
    const size = held.reduce((sum, piece) => sum + piece.byteLength, 0);
    if (ended && size === 0) throw malformed(METHOD, "the message is empty");
    const raw = ended ? Buffer.concat(held) : rest(api, id, held, pieces, signal);
    const announced = Number(response.headers.get("content-length"));
    const known = ended ? size : Number.isSafeInteger(announced) && announced > 0 ? announced : 0;
    const message = { nativeId: nativeIdOf(receivedAt, id), identity: id, receivedAt, size: known, raw };
    return { type: "message", message };
  } catch (error) {
    signal.throwIfAborted();
    const failure = api.failure(error, METHOD);
    return isGone(failure) ? { type: "gone" } : { type: "failed", failure: atMessage(failure, listed.id) };
  }
}

/** What the list says, and where it does not say when a message came, the message itself. */
async function factsOf(
  api: TokenApi,
  address: string,
  { id, receivedAt, draft }: Listed,
  signal: AbortSignal,
): Promise<{ receivedAt: number; draft: boolean }> {
  if (receivedAt !== null || draft) return { receivedAt: receivedAt ?? 0, draft };
  const path = pathOf(address, `messages/${encodeURIComponent(id)}?$select=receivedDateTime,isDraft`);
  const method = "messages.get";
  const facts = await readAnswer(api, method, await api.ask({ method, path, headers: immutableIds, signal }), signal);
  const said = readInstant(facts.receivedDateTime);
  if (said === null) throw malformed(method, "the answer has no receivedDateTime");
  return { receivedAt: said, draft: facts.isDraft === true };
}

/** As much as a message that is held whole may have. */
async function beginning(pieces: AsyncIterator<Uint8Array>): Promise<{ held: Uint8Array[]; ended: boolean }> {
  const held: Uint8Array[] = [];
  for (let size = 0; size <= LARGE_MESSAGE; ) {
    const { value, done } = await pieces.next();
    if (done) return { held, ended: true };
    held.push(value);
    size += value.byteLength;
  }
  return { held, ended: false };
}

async function* rest(
  api: TokenApi,
  id: string,
  held: readonly Uint8Array[],
  pieces: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* held;
    yield* { [Symbol.asyncIterator]: () => pieces };
  } catch (error) {
    signal.throwIfAborted();
    const failure = atMessage(api.failure(error, METHOD), id);
    throw concernsMessage(failure.failure) ? new MessageRefused(failure.failure, { cause: failure }) : failure;
  } finally {
    await pieces.return?.();
  }
}

function atMessage(failure: FailureError, id: string): FailureError {
  return maybeOfThisMessage.has(failure.failure.code)
    ? new LinkBroke(failure.failure, id, { cause: failure })
    : failure;
}

/** True for Graph's own words. A proxy's 404 says nothing about a message, and a missing mailbox is another matter. */
function isGone(failure: FailureError): boolean {
  return failure instanceof RefusedError && failure.status === 404 && /\bErrorItemNotFound\b/.test(failure.codes ?? "");
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
