import { randomBytes } from "node:crypto";
import { type EmailAddress, ProblemError } from "@mailfleet/contracts";
import type { z } from "zod";
import type { Call } from "../http/route.ts";

/** Bytes of one piece: 700,000 characters of base64, within the bus's 1 MiB. */
const pieceBytes = 525_000;
/** Largest content that travels in the request itself. */
const inlineBytes = 500_000;

/** Collects chunks of any size into pieces of exactly `size` bytes and a last shorter one. */
async function* inPieces(chunks: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
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

/** Hands JSON text over to `outbound-send` in pieces and says where it lies. Never more than one piece is held. */
async function upload(call: Call, json: AsyncIterable<Buffer>): Promise<{ uploadId: string; pieces: number }> {
  const uploadId = randomBytes(16).toString("hex");
  let pieces = 0;
  for await (const piece of inPieces(json, pieceBytes)) {
    const dataBase64 = piece.toString("base64");
    await call.ask("outbound-send.upload.append", { uploadId, index: pieces, dataBase64 });
    pieces += 1;
  }
  return { uploadId, pieces };
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

/** The content for the request: itself if it is small, else a reference to an upload. */
export async function contentFor<Content extends object>(
  call: Call,
  content: Content,
): Promise<Content | { uploadId: string; pieces: number }> {
  const json = JSON.stringify(content);
  return json.length <= inlineBytes ? content : upload(call, once(json));
}

/** The JSON of a raw content, written while the mail comes in. */
async function* rawJson(to: readonly string[], mail: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from(`{"to":${JSON.stringify(to)},"rawBase64":"`);
  // 3 bytes are 4 characters: only pieces divisible by 3 can be strung together.
  for await (const piece of inPieces(mail, 48 * 1024)) yield Buffer.from(piece.toString("base64"));
  yield Buffer.from('"}');
}

/** Passes a body on and refuses it as soon as it is longer than allowed. */
async function* limited(body: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of body) {
    seen += chunk.length;
    if (seen > limit) throw new ProblemError("TOO_LARGE", `A message may have at most ${limit} bytes.`);
    yield chunk;
  }
}

/** Ready-made mail from a request's body, streamed to `outbound-send`; memory does not grow with the message. */
export async function rawContentFor(
  call: Call,
  to: readonly z.infer<typeof EmailAddress>[],
  body: AsyncIterable<Buffer>,
  limit: number,
): Promise<{ to: string[]; rawBase64: string } | { uploadId: string; pieces: number }> {
  const chunks = limited(body, limit)[Symbol.asyncIterator]();
  const start: Buffer[] = [];
  let length = 0;
  let ended = false;
  while (length <= inlineBytes / 2 && !ended) {
    const next = await chunks.next();
    if (next.done) ended = true;
    else {
      start.push(next.value);
      length += next.value.length;
    }
  }
  if (length === 0) throw new ProblemError("INVALID", "The body is empty: it must be the message.");
  if (ended) return { to: [...to], rawBase64: Buffer.concat(start).toString("base64") };
  const whole = async function* () {
    yield* start;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  return upload(call, rawJson(to, whole()));
}
