import {
  type Envelope,
  type Permission,
  permitted,
  type StreamedMessage,
  type Submitted,
} from "@mailfleet/connector-api";
import { addressByHeader, beginningOf, notHandedOver, restOf } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { EwsApi } from "./ews-api.ts";
import { createItem, envelope as soap } from "./requests.ts";
import type { Sending } from "./transport.ts";

/** Exchange's own upper limit for a request (64 MB), in base64. */
const MOST_BYTES = 46 * 1024 * 1024;
const SEND_MS = 5 * 60_000;
/** A multiple of three: each slice is base64 by itself. */
const SLICE = 48 * 1024;
const OPERATION = "CreateItem";
/** Every denial is of the mailbox. */
const deniesAll = /^/;

/**
 * Sends a message as MIME in one request (`CreateItem` with `SendAndSaveCopy`, or `SendOnly`); only recipients are adapted
 * (`addressByHeader`). Throws `FailureError`: certainly not sent; `UncertainError`: the request may have been carried out.
 */
export async function sendMessage(
  api: EwsApi,
  {
    envelope,
    message,
    saveCopy,
  }: { readonly envelope: Envelope; readonly message: Uint8Array | StreamedMessage; readonly saveCopy: boolean },
  signal: AbortSignal,
  permission?: Permission,
): Promise<Submitted> {
  const start = await beginningOf(message);
  const pieces = addressByHeader(envelope, start, { server: "Exchange", method: OPERATION });
  const rest = message instanceof Uint8Array ? 0 : message.size - start.length;
  const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0) + rest;
  if (size > MOST_BYTES)
    throw new FailureError(
      failureOf("MESSAGE_TOO_LARGE", { command: OPERATION, reply: `Exchange takes at most ${MOST_BYTES} bytes` }),
    );
  const [before = "", after = ""] = createItem(api.whose, saveCopy);
  const [head = "", tail = ""] = soap(api.whose, `${before}\0${after}`).split("\0");
  await permitted(permission);
  let handedOver = false;
  const begin = () => {
    handedOver = false;
  };
  const done = () => {
    handedOver = true;
  };
  const length = Buffer.byteLength(head) + Math.ceil(size / 3) * 4 + Buffer.byteLength(tail);
  const sending: Sending =
    message instanceof Uint8Array || rest === 0
      ? { length, pieces: () => inMemory([head, tail], pieces, begin, done) }
      : {
          length,
          body: () =>
            ReadableStream.from(
              whileRead([head, tail], pieces, message, start.length, begin, done),
            ) as ReadableStream<Uint8Array>,
        };
  try {
    await api.send(OPERATION, sending, signal, SEND_MS);
    return { answer: `accepted by Exchange${saveCopy ? ", with a copy in Sent Items" : ""}`, rejected: [] };
  } catch (error) {
    const request = { server: "Exchange", method: OPERATION, handedOver, signal, deniesAll };
    throw notHandedOver(error, { ...request, failure: api.failure });
  }
}

/** Base64 of pieces of any length, each slice whole by itself. */
function base64Slices() {
  let rest: Uint8Array = new Uint8Array();
  return {
    *write(piece: Uint8Array): Generator<Uint8Array> {
      const all = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
      const whole = all.length - (all.length % 3);
      for (let at = 0; at < whole; at += SLICE)
        yield Buffer.from(Buffer.from(all.subarray(at, Math.min(at + SLICE, whole))).toString("base64"));
      rest = all.subarray(whole);
    },
    end: (): Uint8Array => Buffer.from(Buffer.from(rest).toString("base64")),
  };
}

type Frame = readonly [head: string, tail: string];

function* inMemory(
  [head, tail]: Frame,
  pieces: readonly Uint8Array[],
  begin: () => void,
  done: () => void,
): Generator<Uint8Array> {
  begin();
  const slices = base64Slices();
  yield Buffer.from(head);
  for (const piece of pieces) yield* slices.write(piece);
  done();
  yield Buffer.concat([slices.end(), Buffer.from(tail)]);
}

async function* whileRead(
  [head, tail]: Frame,
  pieces: readonly Uint8Array[],
  message: StreamedMessage,
  from: number,
  begin: () => void,
  done: () => void,
): AsyncGenerator<Uint8Array> {
  begin();
  const slices = base64Slices();
  yield Buffer.from(head);
  for (const piece of pieces) yield* slices.write(piece);
  for await (const rest of restOf(message, from)) yield* slices.write(rest);
  done();
  yield Buffer.concat([slices.end(), Buffer.from(tail)]);
}
