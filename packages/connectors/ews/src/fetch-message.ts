import { concernsMessage, type FetchedMessage, LinkBroke, MessageRefused } from "@mailfleet/connector-api";
import { RefusedError } from "@mailfleet/connector-http";
import { type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import type { EwsApi } from "./ews-api.ts";
import { nativeIdOf } from "./ews-cursor.ts";
import { type Listed, readListed } from "./find-new.ts";
import { getFacts } from "./requests.ts";

/** Larger messages are streamed, others are held whole. */
export const LARGE_MESSAGE = 256 * 1024;
const OPERATION = "GetItem";

/** The result for one message. */
export type Answered =
  | { readonly type: "message"; readonly message: FetchedMessage }
  | { readonly type: "draft" }
  /** It came before `processFrom`. */
  | { readonly type: "older" }
  /** Deleted in the meantime, or moved out of the inbox. */
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
  api: EwsApi,
  listed: Listed,
  { processFrom, signal }: { readonly processFrom: number | null; readonly signal: AbortSignal },
): Promise<Answered> {
  const { id } = listed;
  try {
    const { receivedAt, draft } = await factsOf(api, listed, signal);
    if (draft) return { type: "draft" };
    if (processFrom !== null && receivedAt < processFrom) return { type: "older" };
    const pieces = api.mime(id, signal);
    const { held, size, ended } = await beginning(pieces);
    if (ended && size === 0)
      throw new FailureError(failureOf("PROTOCOL_ERROR", { command: OPERATION, reply: "the message is empty" }));
    const raw = ended ? Buffer.concat(held) : rest(api, id, held, pieces, signal);
    const message = { nativeId: nativeIdOf(receivedAt, id), identity: id, receivedAt, size: ended ? size : 0, raw };
    return { type: "message", message };
  } catch (error) {
    signal.throwIfAborted();
    const failure = api.failure(error, OPERATION);
    return isGone(failure) ? { type: "gone" } : { type: "failed", failure: atMessage(failure, id) };
  }
}

/** What the list says, and where it does not say when a message came, the message itself. */
async function factsOf(api: EwsApi, { id, receivedAt, draft }: Listed, signal: AbortSignal) {
  if (receivedAt !== null || draft) return { receivedAt: receivedAt ?? 0, draft };
  const facts = readListed(await api.ask(OPERATION, getFacts(id), signal));
  return { receivedAt: facts.receivedAt ?? 0, draft: facts.draft };
}

/** As much as a message that is held whole may have. */
async function beginning(pieces: AsyncIterator<Uint8Array>) {
  const held: Uint8Array[] = [];
  let size = 0;
  while (size <= LARGE_MESSAGE) {
    const { value, done } = await pieces.next();
    if (done) return { held, size, ended: true };
    held.push(value);
    size += value.byteLength;
  }
  return { held, size, ended: false };
}

async function* rest(
  api: EwsApi,
  id: string,
  held: readonly Uint8Array[],
  pieces: AsyncGenerator<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* held;
    yield* pieces;
  } catch (error) {
    signal.throwIfAborted();
    const failure = atMessage(api.failure(error, OPERATION), id);
    throw concernsMessage(failure.failure) ? new MessageRefused(failure.failure, { cause: failure }) : failure;
  } finally {
    await pieces.return(undefined);
  }
}

function atMessage(failure: FailureError, id: string): FailureError {
  return maybeOfThisMessage.has(failure.failure.code)
    ? new LinkBroke(failure.failure, id, { cause: failure })
    : failure;
}

/** True for Exchange's own words. */
function isGone(failure: FailureError): boolean {
  return failure instanceof RefusedError && failure.codes === "ErrorItemNotFound";
}
