import {
  type Envelope,
  type Permission,
  permitted,
  type StreamedMessage,
  type Submitted,
  UncertainError,
} from "@mailfleet/connector-api";
import { addressByHeader, beginningOf, notHandedOver, restOf } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { GmailApi } from "./gmail-api.ts";

/** Google's limit for `messages.send`. Larger messages are refused before they are uploaded. */
const MOST_BYTES = 36_700_160;
const METHOD = "messages.send";
/** A large message over a slow line. */
const SEND_MS = 5 * 60_000;
const SLICE = 64 * 1024;

/** The domain's policy and its delegation are 403, too; any other 403 may be about this message. */
const deniesAll = /domainPolicy|delegation ?denied/i;

/**
 * Sends by media upload; only recipients are adapted (`addressByHeader`). Throws `FailureError`: certainly not
 * sent; `UncertainError`: the last byte had been handed over and no valid answer came.
 */
export async function sendMessage(
  api: GmailApi,
  envelope: Envelope,
  message: Uint8Array | StreamedMessage,
  signal: AbortSignal,
  permission?: Permission,
): Promise<Submitted> {
  const start = await beginningOf(message);
  const pieces = addressByHeader(envelope, start, { server: "Gmail", method: METHOD });
  const rest = message instanceof Uint8Array ? 0 : message.size - start.length;
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0) + rest;
  if (length > MOST_BYTES)
    throw new FailureError(
      failureOf("MESSAGE_TOO_LARGE", { command: METHOD, reply: `Gmail takes at most ${MOST_BYTES} bytes` }),
    );
  await permitted(permission);
  let handedOver = false;
  /** For each try: what is called when the last bytes are taken. */
  const handing = () => {
    handedOver = false;
    return () => {
      handedOver = true;
    };
  };
  let text: string;
  try {
    const response = await api.ask({
      method: METHOD,
      purpose: "send",
      path: "/upload/gmail/v1/users/me/messages/send?uploadType=media",
      post: {
        contentType: "message/rfc822",
        length,
        ...(message instanceof Uint8Array || rest === 0
          ? { pieces: () => taken(pieces, handing()) }
          : { body: () => streamWithRest(pieces, message, start.length, handing()) }),
      },
      timeoutMs: SEND_MS,
      signal,
    });
    text = await response.text();
  } catch (error) {
    const request = { server: "Gmail", method: METHOD, handedOver, signal, deniesAll };
    throw notHandedOver(error, { ...request, failure: api.failure });
  }
  const id = idIn(text);
  if (id === null) throw new UncertainError("Gmail had the whole message and its answer cannot be read");
  return { answer: `accepted by Gmail as ${id}`, rejected: [] };
}

/** What is addressed already, and then the message from there on while it is read. */
function streamWithRest(
  pieces: readonly Uint8Array[],
  message: StreamedMessage,
  from: number,
  onLast: () => void,
): ReadableStream<Uint8Array> {
  async function* all() {
    yield* pieces;
    let left = message.size - from;
    for await (const rest of restOf(message, from)) {
      left -= rest.length;
      if (left <= 0) onLast();
      yield rest;
    }
  }
  return ReadableStream.from(all()) as ReadableStream<Uint8Array>;
}

/** The message as fast as the connection takes it. Calls `onLast` when the last bytes are taken. */
function* taken(pieces: readonly Uint8Array[], onLast: () => void): Generator<Uint8Array> {
  for (const [n, piece] of pieces.entries())
    for (let at = 0; at < piece.length; at += SLICE) {
      if (n === pieces.length - 1 && at + SLICE >= piece.length) onLast();
      yield piece.subarray(at, at + SLICE);
    }
}

function idIn(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
    return typeof id === "string" && /^[\w-]{1,100}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}
