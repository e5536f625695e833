import {
  type AnyNoun,
  addressesText,
  message as noun,
  type ReceivedMessage,
  undeliverableText,
} from "@mailfleet/contracts";
import type { ParticularCommands } from "../noun/commands.ts";
import { filled, placeOfOne } from "../noun/place.ts";
import type { Shown } from "../shown.ts";
import { facts, time } from "../table.ts";

type ShownMessage = Shown<ReceivedMessage>;
interface ShownBody {
  text: string | null;
  html: string | null;
  attachments: { filename: string | null; contentType: string; size: number }[];
  unparsed: string | null;
}

/** The first of many: the raw message has them all. */
const shownRecipients = 10;
const recipientsText = (addresses: ShownMessage["to"]) =>
  addresses.length > shownRecipients
    ? `${addressesText(addresses.slice(0, shownRecipients))} …`
    : addressesText(addresses) || null;

/** Text of a message made safe for a terminal: keeps line breaks, removes other control characters. */
const textLines = (text: string) => text.replaceAll(/(?![\n\t])\p{Cc}/gu, "");

const words = ({ message, body }: { message: ShownMessage; body: ShownBody }) => {
  const head = facts([
    ["id", message.id],
    ["received", time(message.receivedAt)],
    ["from", addressesText(message.from)],
    ["to", recipientsText(message.to)],
    ["cc", recipientsText(message.cc)],
    ["subject", message.subject],
    ["message-id", message.messageId],
    ["recipients", message.recipients],
    ...(message.original
      ? ([
          ["original from", addressesText(message.original.from)],
          ["original subject", message.original.subject],
        ] as const)
      : []),
    ...(message.undeliverable
      ? ([
          ["not delivered to", undeliverableText(message.undeliverable)],
          ["  message-id of it", message.undeliverable.messageId],
        ] as const)
      : []),
    ...(message.answersTo ? ([["answers", message.answersTo[0]]] as const) : []),
    ["size", `${message.size} bytes`],
    ["sha-256", message.sha256],
    ...((message.unparsed ?? body.unparsed) ? ([["not parsed", message.unparsed ?? body.unparsed]] as const) : []),
    ...body.attachments.map(
      (part) => ["attachment", `${part.filename ?? "-"}, ${part.contentType}, ${part.size} bytes`] as const,
    ),
  ]);
  const text = body.text ?? (body.html === null ? "" : "(HTML only; --json shows it)");
  return text === "" ? head : `${head}\n\n${textLines(text)}`;
};

/** `mailfleet messages …` beyond the declaration: headers and text together. */
export const messageCommands: ParticularCommands = {
  group: "messages",
  own: ["get", "body"],
  addCommands: (messages, cli) =>
    void messages
      .command("show <message>")
      .description("headers, text and attachments of a message")
      .action(async (id: string) => {
        const client = await cli.client();
        const path = await filled(cli, noun as AnyNoun, placeOfOne(noun as AnyNoun), id);
        const [message, body] = await Promise.all([
          client.get<ShownMessage>(path),
          client.get<ShownBody>(`${path}/body`),
        ]);
        cli.show({ message, body }, words);
      }),
};
