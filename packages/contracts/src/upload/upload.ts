import { z } from "zod";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";

const UploadId = z.string().regex(/^[a-z0-9]{8,40}$/);

/** Bytes that were handed to `outbound-send` in pieces before, each of `uploadPieceBytes` but for the last. */
export const Upload = z.strictObject({ uploadId: UploadId, pieces: z.number().int().min(1).max(1000) });
export type Upload = z.infer<typeof Upload>;

/** Bytes of one piece of an upload: with its request it fits into one message of the bus. */
export const uploadPieceBytes = 256 * 1024;

/** Bytes on their way into a send. */
export const upload = noun("upload", {
  owner: "outbound-send",
  id: UploadId,
  framed: false,
  text: "bytes on their way into a send",
  fields: {},
  standard: [],
  operations: {
    append: operation({
      text: "Append the piece that is attached to the request",
      kind: "internal",
      input: { uploadId: UploadId, index: z.number().int().min(0).max(999) },
      answer: z.object({}),
    }),
  },
});

/** Cuts chunks of any size into the pieces of an upload: each of exactly `uploadPieceBytes`, the last one shorter. */
export async function* inPieces(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    length += chunk.length;
    while (length >= uploadPieceBytes) {
      const all = Buffer.concat(held);
      yield all.subarray(0, uploadPieceBytes);
      held = [all.subarray(uploadPieceBytes)];
      length -= uploadPieceBytes;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}
