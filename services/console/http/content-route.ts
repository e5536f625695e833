import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { Call } from "./route.ts";

/** What one request reads: half of what the bus carries, because base64 adds a third. */
const pieceBytes = 524_288;

/** Asks for a piece of the content. `total`: bytes of the whole. */
type ReadPiece = (piece: { offset: number; length: number }) => Promise<{ dataBase64: string; total: number }>;

/** The bytes from the second piece on; the first is already there, because it tells the size. */
async function* pieces(call: Pick<Call, "signal">, read: ReadPiece, first: Buffer, total: number) {
  yield first;
  for (let offset = first.length; offset < total && !call.signal.aborted; ) {
    const bytes = Buffer.from((await read({ offset, length: pieceBytes })).dataBase64, "base64");
    if (bytes.length === 0) throw new Error(`what is read ends at ${offset} of ${total} bytes`);
    yield bytes;
    offset += bytes.length;
  }
}

const endings: Readonly<Record<string, string>> = { "message/rfc822": ".eml" };

/** Answers with bytes that are read in pieces; memory does not grow with them. `name` becomes the name of a file. */
export async function sendContent(
  call: Pick<Call, "signal">,
  reply: FastifyReply,
  { type, name, read }: { type: string; name: string; read: ReadPiece },
): Promise<FastifyReply> {
  const { dataBase64, total } = await read({ offset: 0, length: pieceBytes });
  const file = `${name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}${endings[type] ?? ""}`;
  return reply
    .type(type)
    .header("content-length", total)
    .header("content-disposition", `attachment; filename="${file}"`)
    .send(Readable.from(pieces(call, read, Buffer.from(dataBase64, "base64"), total)));
}
