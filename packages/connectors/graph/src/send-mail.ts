import {
  type Envelope,
  type Permission,
  permitted,
  type StreamedMessage,
  type Submitted,
} from "@mailfleet/connector-api";
import { addressByHeader, type TokenApi } from "@mailfleet/connector-http";
import { pathOf } from "./graph-api.ts";
import { asBase64, isTaken, MOST_BYTES, notSent, readTaken } from "./handing-over.ts";
import { sendDraft } from "./send-draft.ts";

const METHOD = "sendMail";

/**
 * Hands one message to Graph as raw MIME (`POST /v1.0/users/{address}/sendMail`, answered with 202), a large one as a
 * draft (`sendDraft`); only recipients are adapted (`addressByHeader`). Throws `FailureError`: certainly not sent;
 * `UncertainError`: the request may have been carried out.
 */
export async function sendMail(
  api: TokenApi,
  address: string,
  { envelope, message }: { readonly envelope: Envelope; readonly message: Uint8Array | StreamedMessage },
  signal: AbortSignal,
  permission?: Permission,
): Promise<Submitted> {
  const size = message instanceof Uint8Array ? message.byteLength : message.size;
  const asDraft = () => {
    const large = message instanceof Uint8Array ? inMemory(message) : message;
    return sendDraft(api, address, { envelope, message: large }, signal, permission);
  };
  if (size > MOST_BYTES) return asDraft();
  const raw = message instanceof Uint8Array ? message : await whole(message);
  const pieces = addressByHeader(envelope, raw, { server: "Graph", method: METHOD });
  const body = asBase64(pieces);
  // Recipients who were added make it longer.
  if (!isTaken(body.length)) return asDraft();
  await permitted(permission);
  let handedOver = false;
  function* taken(): Generator<Uint8Array> {
    handedOver = false;
    let left = body.length;
    for (const piece of body.pieces()) {
      left -= piece.byteLength;
      if (left === 0) handedOver = true;
      yield piece;
    }
  }
  try {
    const path = pathOf(address, "sendMail");
    const post = { contentType: "text/plain", length: body.length, pieces: taken };
    return readTaken(await api.ask({ method: METHOD, purpose: "send", path, post, signal }));
  } catch (error) {
    throw notSent(api, error, { method: METHOD, handedOver, signal });
  }
}

const inMemory = (raw: Uint8Array): StreamedMessage => ({
  size: raw.byteLength,
  eightBit: false,
  eightBitHeader: false,
  stream: async function* () {
    yield raw;
  },
});

/** Small enough for one request, so small enough for memory. */
async function whole(message: StreamedMessage): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of message.stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}
