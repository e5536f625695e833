import { randomBytes } from "node:crypto";
import {
  type ComposedContent,
  type EmailAddress,
  inPieces,
  ProblemError,
  type RawContent,
  type SubmittedContent,
  type Upload,
} from "@mailfleet/contracts";
import { bytesPassed } from "@mailfleet/kit";
import type { z } from "zod";
import type { Call } from "../http/route.ts";

/** Largest message or content that travels in the request itself. */
const inlineBytes = 500_000;
/** An attachment that is longer than this, in base64, is uploaded by itself where the whole does not fit. */
const inlineAttachment = 64 * 1024;

/** A content as `outbound-send` takes it, and the bytes that go along with it. */
export interface Handed {
  readonly content: SubmittedContent;
  readonly attachment?: Uint8Array;
}

/** Hands bytes over to `outbound-send` in pieces, raw, and says where they lie. One piece at a time is held. */
async function upload(call: Call, bytes: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<Upload> {
  const uploadId = randomBytes(16).toString("hex");
  let pieces = 0;
  for await (const attachment of inPieces(bytes)) {
    await call.ask("outbound-send.upload.append", { uploadId, index: pieces }, { attachment });
    pieces += 1;
    bytesPassed(attachment.length);
  }
  return { uploadId, pieces };
}

/** A content that came as JSON: itself if it is small, else its attachments, or all of it, are uploaded. */
export async function contentFor(call: Call, content: ComposedContent | RawContent): Promise<Handed> {
  if ("rawBase64" in content) {
    const attachment = Buffer.from(content.rawBase64, "base64");
    if (attachment.length <= inlineBytes) return { content: { to: content.to, raw: "attached" }, attachment };
    return { content: { to: content.to, raw: await upload(call, [attachment]) } };
  }
  if (JSON.stringify(content).length <= inlineBytes) return { content };
  const { attachments = [], ...rest } = content;
  const handed = [];
  for (const { contentBase64, ...head } of attachments)
    handed.push(
      contentBase64.length <= inlineAttachment
        ? { ...head, contentBase64 }
        : { ...head, upload: await upload(call, [Buffer.from(contentBase64, "base64")]) },
    );
  const submission = { ...rest, ...(handed.length > 0 ? { attachments: handed } : {}) };
  const json = JSON.stringify(submission);
  if (json.length <= inlineBytes) return { content: submission };
  return { content: { json: await upload(call, [Buffer.from(json)]) } };
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
  recipients: readonly z.infer<typeof EmailAddress>[],
  body: AsyncIterable<Buffer>,
  limit: number,
): Promise<Handed> {
  const to = [...recipients];
  const chunks = limited(body, limit)[Symbol.asyncIterator]();
  const start: Buffer[] = [];
  let length = 0;
  let ended = false;
  while (length <= inlineBytes && !ended) {
    const next = await chunks.next();
    if (next.done) ended = true;
    else {
      start.push(next.value);
      length += next.value.length;
    }
  }
  if (length === 0) throw new ProblemError("INVALID", "The body is empty: it must be the message.");
  if (ended && length <= inlineBytes) return { content: { to, raw: "attached" }, attachment: Buffer.concat(start) };
  const whole = async function* () {
    yield* start.splice(0);
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  return { content: { to, raw: await upload(call, whole()) } };
}
