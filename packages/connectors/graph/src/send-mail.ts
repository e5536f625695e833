import {
  type Envelope,
  type Permission,
  permitted,
  type StreamedMessage,
  type Submitted,
  UncertainError,
} from "@mailfleet/connector-api";
import {
  addressByHeader,
  isCertainlyNotSent,
  ofOneMessage,
  RefusedError,
  type TokenApi,
} from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { pathOf } from "./graph-api.ts";

/** A request with MIME content may have 4 MB, and base64 turns three bytes into four. */
const MOST_BYTES = 3 * 1024 * 1024;
const SLICE = 64 * 1024;
const METHOD = "sendMail";
/** Every denial is of the mailbox: the application may not act for it. */
const deniesAll = /^/;

/**
 * Hands one message to Graph as raw MIME (`POST /v1.0/users/{address}/sendMail`, answered with 202); only recipients are
 * adapted (`addressByHeader`). Throws `FailureError`: certainly not sent; `UncertainError`: the request may have been
 * carried out.
 */
export async function sendMail(
  api: TokenApi,
  address: string,
  { envelope, message }: { readonly envelope: Envelope; readonly message: Uint8Array | StreamedMessage },
  signal: AbortSignal,
  permission?: Permission,
): Promise<Submitted> {
  const size = message instanceof Uint8Array ? message.byteLength : message.size;
  if (size > MOST_BYTES) {
    const reply = `Graph takes at most ${MOST_BYTES} bytes of a message in one request`;
    throw new FailureError(failureOf("MESSAGE_TOO_LARGE", { command: METHOD, reply }));
  }
  const raw = message instanceof Uint8Array ? message : await whole(message);
  const pieces = addressByHeader(envelope, raw, { server: "Graph", method: METHOD });
  const body = Buffer.from(Buffer.concat(pieces).toString("base64"));
  await permitted(permission);
  let handedOver = false;
  function* taken(): Generator<Uint8Array> {
    handedOver = false;
    for (let at = 0; at < body.length; at += SLICE) {
      if (at + SLICE >= body.length) handedOver = true;
      yield body.subarray(at, at + SLICE);
    }
  }
  try {
    const response = await api.ask({
      method: METHOD,
      purpose: "send",
      path: pathOf(address, "sendMail"),
      post: { contentType: "text/plain", length: body.length, pieces: taken },
      signal,
    });
    return readTaken(response);
  } catch (error) {
    if (error instanceof UncertainError) throw error;
    if (error instanceof RefusedError) {
      // A gateway with this answer does not know whether the request behind it was carried out.
      if (error.status === 502 || error.status === 504)
        throw new UncertainError(`a gateway before Graph answered ${error.status}`, { cause: error });
      throw ofOneMessage(error, deniesAll);
    }
    const failure = signal.aborted && !(error instanceof FailureError) ? null : api.failure(error, METHOD);
    if (failure && isCertainlyNotSent(failure.failure.code)) throw failure;
    if (failure && !handedOver)
      throw failure.failure.code === "CONNECTION_LOST" ? ofOneMessage(failure, deniesAll) : failure;
    if (!handedOver) throw new FailureError(failureOf("CONNECTION_LOST", { command: METHOD, systemCode: "ABORTED" }));
    const reason = failure?.failure.code ?? "given up";
    throw new UncertainError(`Graph had the whole message and gave no answer (${reason})`, { cause: error });
  }
}

/** 202 alone says that Graph took it. */
function readTaken(response: Response): Submitted {
  if (response.status === 202) {
    const id = response.headers
      .get("request-id")
      ?.replace(/[^\w-]/g, "")
      .slice(0, 100);
    return { answer: `202 accepted by Graph${id ? ` (request ${id})` : ""}`, rejected: [] };
  }
  throw new UncertainError(`Graph had the whole message and answered ${response.status} instead of 202`);
}

/** Small enough for one request, so small enough for memory. */
async function whole(message: StreamedMessage): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of message.stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}
