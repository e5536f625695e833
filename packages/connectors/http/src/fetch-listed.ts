import { createHash } from "node:crypto";
import { concernsMessage, type FetchedMessage, LinkBroke, MessageRefused } from "@mailfleet/connector-api";
import { type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";

/** Larger messages are streamed, others are held whole. */
const LARGE_MESSAGE = 256 * 1024;

/** A message as an API lists it. */
export interface Listed {
  readonly id: string;
  /** Milliseconds since the epoch; `null`: the list does not say. */
  readonly receivedAt: number | null;
  readonly draft: boolean;
  /** About how many bytes it has; absent: the list does not say. */
  readonly size?: number;
}

/** The result for one message. */
export type Answered =
  | { readonly type: "message"; readonly message: FetchedMessage }
  | { readonly type: "draft" }
  /** It came before `processFrom`. */
  | { readonly type: "older" }
  /** Deleted in the meantime, or moved out of the inbox. */
  | { readonly type: "gone" }
  | { readonly type: "failed"; readonly failure: FailureError };

/** How one API gives a message. */
export interface MessageApi {
  /** What the list did not say. */
  facts(id: string, signal: AbortSignal): Promise<Pick<Listed, "receivedAt" | "draft">>;
  /** The bytes while they are read, and how many the server says there are; 0: it does not say. */
  mime(id: string, signal: AbortSignal): Promise<{ pieces: AsyncIterator<Uint8Array>; announced: number }>;
  /** Several small messages by one request: those that it could have. The others are asked for one by one. */
  several?(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
  /** The failure for whatever was thrown. */
  failure(thrown: unknown): FailureError;
  /** True where the API itself says that there is no such message. */
  isGone(failure: FailureError): boolean;
}

/** What a server or a way that is in trouble says when it is asked for one message: perhaps this message is the cause. */
const maybeOfThisMessage: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "CONNECTION_LOST",
  "CONNECTION_TIMEOUT",
  "SERVER_UNAVAILABLE",
]);

/** Requests one message; a large one is read on while the caller takes it. Never throws but for `signal`. */
export async function fetchListed(
  api: MessageApi,
  listed: Listed,
  { processFrom, signal }: { readonly processFrom: number | null; readonly signal: AbortSignal },
): Promise<Answered> {
  const { id } = listed;
  try {
    const isKnown = listed.receivedAt !== null || listed.draft;
    const { receivedAt, draft } = isKnown ? listed : await api.facts(id, signal);
    if (draft) return { type: "draft" };
    const at = receivedAt ?? 0;
    if (processFrom !== null && at < processFrom) return { type: "older" };
    const { pieces, announced } = await api.mime(id, signal);
    const { held, size, ended } = await beginning(pieces);
    if (ended && size === 0) throw new FailureError(failureOf("PROTOCOL_ERROR", { reply: "the message is empty" }));
    const raw = ended ? Buffer.concat(held) : rest(api, id, held, pieces, signal);
    return { type: "message", message: messageOf(id, at, raw, ended ? size : announced) };
  } catch (error) {
    signal.throwIfAborted();
    const failure = api.failure(error);
    return api.isGone(failure) ? { type: "gone" } : { type: "failed", failure: atMessage(failure, id) };
  }
}

/** A message with its names. */
export const messageOf = (id: string, at: number, raw: FetchedMessage["raw"], size: number): FetchedMessage => ({
  ...{ nativeId: nativeIdOf(at, id), identity: id, receivedAt: at, size, raw },
});

/** The time of arrival in base 36, wide enough until the year 5188, then a digest of the API's id: sorts by arrival. */
function nativeIdOf(receivedAt: number, id: string): string {
  const name = createHash("sha256").update(id).digest("hex").slice(0, 32);
  return `${Math.max(0, receivedAt).toString(36).padStart(9, "0")}-${name}`;
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
  api: MessageApi,
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
    const failure = atMessage(api.failure(error), id);
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
