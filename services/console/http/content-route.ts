import { Readable } from "node:stream";
import { bytesPassed } from "@mailfleet/kit";
import type { FastifyReply } from "fastify";
import { createDownloads } from "./downloads.ts";
import type { Call } from "./route.ts";

/** What one request reads: a quarter of what the bus carries. Each download holds about three pieces. */
const pieceBytes = 262_144;

/** Asks for a piece of the content. `total`: bytes of the whole. */
type ReadPiece = (piece: { offset: number; length: number }) => Promise<{ dataBase64: string; total: number }>;

/** The bytes from the second piece on; the first is already there, because it tells the size. */
async function* pieces(call: Pick<Call, "signal">, read: ReadPiece, first: Buffer, total: number) {
  yield first;
  for (let offset = first.length; offset < total && !call.signal.aborted; ) {
    const bytes = Buffer.from((await read({ offset, length: pieceBytes })).dataBase64, "base64");
    if (bytes.length === 0) throw new Error(`what is read ends at ${offset} of ${total} bytes`);
    yield bytes;
    bytesPassed(bytes.length);
    offset += bytes.length;
  }
}

const endings: Readonly<Record<string, string>> = { "message/rfc822": ".eml" };

const downloads = createDownloads();

/**
 * Answers with bytes that are read in pieces, as fast as they are taken; memory grows neither with them nor with the
 * number of readers, who wait for a turn. `name` becomes the name of a file. Throws TOO_MANY after a long wait.
 */
export async function sendContent(
  call: Pick<Call, "signal" | "caller">,
  reply: FastifyReply,
  { type, name, read }: { type: string; name: string; read: ReadPiece },
): Promise<FastifyReply> {
  const end = await downloads.begin(call.caller.tokenId, call.signal);
  call.signal.addEventListener("abort", end, { once: true });
  if (call.signal.aborted) end();
  const { dataBase64, total } = await read({ offset: 0, length: pieceBytes }).catch((error) => {
    end();
    throw error;
  });
  const file = `${name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}${endings[type] ?? ""}`;
  return reply
    .type(type)
    .headers(downloads.headers(call.caller.tokenId))
    .header("content-length", total)
    .header("content-disposition", `attachment; filename="${file}"`)
    .send(
      Readable.from(pieces(call, read, Buffer.from(dataBase64, "base64"), total), { highWaterMark: 1 }).on(
        "close",
        end,
      ),
    );
}
