import { ProblemError } from "@mailfleet/contracts";
import type { Answers } from "@mailfleet/kit";
import type { InboundPorts } from "../ports.ts";
import type { StoredMessage } from "./document.ts";
import { mailReceived } from "./facts.ts";
import { publishStored } from "./hand-over.ts";
import { messageTrail, searchMessages } from "./search-messages.ts";

/** Larger messages are not parsed on request: their raw bytes can be read. */
const parseLimit = 32 * 1024 * 1024;

const notFound = (id: string) => new ProblemError("NOT_FOUND", `There is no message ${id}. It may have expired.`);

/** What others ask about received mail. */
export const messageAnswers: Answers<Pick<InboundPorts, "messages" | "sources" | "bus" | "parseBody">> = {
  "inbound-sync.message.search": searchMessages,
  "inbound-sync.message.trail": messageTrail,

  "inbound-sync.message.list": ({ messages }, input) => messages.list(input, shown),

  "inbound-sync.message.get": async ({ messages }, { id }) => {
    const message = await messages.get(id);
    if (!message) throw notFound(id);
    return shown(message);
  },

  "inbound-sync.message.raw": async ({ messages }, { id, offset, length }) => {
    const piece = await messages.read(id, offset, length);
    if (!piece) throw notFound(id);
    return { dataBase64: Buffer.from(piece.data).toString("base64"), total: piece.total };
  },

  "inbound-sync.message.body": async ({ messages, parseBody }, { id }) => {
    const message = await messages.get(id);
    if (!message) throw notFound(id);
    const nothing = { text: null, html: null, attachments: [] };
    if (message.size > parseLimit) return { ...nothing, unparsed: "the message is larger than 32 MiB" };
    const raw = await messages.read(id, 0, message.size);
    if (!raw) throw notFound(id);
    return await parseBody(raw.data);
  },

  "inbound-sync.message.republish": async ({ bus, messages }, { mailboxId, since, commandId }, { correlation }) => {
    // Another id than the first time, or the stream would take it for the same message within two minutes.
    const published = await publishStored(bus, messages.storedSince(since, mailboxId), (message) => [
      mailReceived(message, correlation, `${message.id}:again:${commandId}`),
    ]);
    return { published };
  },
};

function shown({ expireAt: _expireAt, ...message }: StoredMessage) {
  return message;
}
