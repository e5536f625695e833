import { Readable } from "node:stream";
import { Instant, MailboxId, paged, pageFields, ReceivedMessage, requests } from "@mailfleet/contracts";
import { z } from "zod";
import { mailboxIdOf, mailboxParams } from "../http/parameters.ts";
import { type Call, type Route, route } from "../http/route.ts";

/** What one request reads: half of what the bus carries, because base64 adds a third. */
const pieceBytes = 524_288;

const params = z.strictObject({
  mailboxId: MailboxId,
  nativeId: z.string().min(1).max(250).describe("the part of the message's id after the slash"),
});
const keyOf = (call: Call<z.output<typeof params>>) => `${call.params.mailboxId}/${call.params.nativeId}`;

/** The raw bytes from the second piece on; the first is already there, because it tells the size. */
async function* rawPieces(call: Call<z.output<typeof params>>, first: Buffer, total: number): AsyncGenerator<Buffer> {
  yield first;
  for (let offset = first.length; offset < total && !call.signal.aborted; ) {
    const piece = await call.ask("inbound-sync.message.read", { id: keyOf(call), offset, length: pieceBytes });
    const bytes = Buffer.from(piece.dataBase64, "base64");
    if (bytes.length === 0) throw new Error(`message ${keyOf(call)} ends at ${offset} of ${total} bytes`);
    yield bytes;
    offset += bytes.length;
  }
}

/** Received messages; `inbound-sync` owns them. */
export const messageRoutes: readonly Route[] = [
  route("GET", "/mailboxes/:mailbox/messages", {
    summary: "Messages received, newest first",
    params: mailboxParams,
    query: z.strictObject({ ...pageFields, since: Instant.optional().describe("stored at or after this time") }),
    answer: paged(ReceivedMessage),
    handle: async (call) =>
      call.ask("inbound-sync.message.list", {
        ...call.query,
        mailboxId: await mailboxIdOf(call, call.params.mailbox),
      }),
  }),
  route("GET", "/messages/:mailboxId/:nativeId", {
    summary: "What the headers of a message say",
    params,
    answer: ReceivedMessage,
    handle: (call) => call.ask("inbound-sync.message.get", { id: keyOf(call) }),
  }),
  route("GET", "/messages/:mailboxId/:nativeId/raw", {
    summary: "The message byte for byte as it was received",
    params,
    answerType: "message/rfc822",
    respond: async (call, reply) => {
      const piece = await call.ask("inbound-sync.message.read", { id: keyOf(call), offset: 0, length: pieceBytes });
      const name = call.params.nativeId.replaceAll(/[^A-Za-z0-9._-]/g, "_");
      return reply
        .type("message/rfc822")
        .header("content-length", piece.total)
        .header("content-disposition", `attachment; filename="${name}.eml"`)
        .send(Readable.from(rawPieces(call, Buffer.from(piece.dataBase64, "base64"), piece.total)));
    },
  }),
  route("GET", "/messages/:mailboxId/:nativeId/body", {
    summary: "Text, HTML and attachments' names, parsed within limits",
    params,
    answer: requests["inbound-sync.message.parse"].output,
    handle: (call) => call.ask("inbound-sync.message.parse", { id: keyOf(call) }),
  }),
  route("POST", "/messages/republish", {
    summary: "Publish `mail.received` again for stored messages",
    body: z.strictObject({
      since: Instant.describe("stored at or after this time"),
      mailbox: mailboxParams.shape.mailbox.optional(),
    }),
    answer: requests["inbound-sync.message.republish"].output,
    handle: async (call) =>
      call.ask(
        "inbound-sync.message.republish",
        {
          ...call.command,
          since: call.body.since,
          ...(call.body.mailbox === undefined ? {} : { mailboxId: await mailboxIdOf(call, call.body.mailbox) }),
        },
        { timeoutMs: 30_000 },
      ),
  }),
];
