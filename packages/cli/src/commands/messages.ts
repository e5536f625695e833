import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { addressesText, type ReceivedMessage } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { mailboxPath, messagePath } from "../paths.ts";
import type { Shown } from "../shown.ts";
import { facts, table, time } from "../table.ts";

type ShownMessage = Shown<ReceivedMessage>;
interface ShownBody {
  text: string | null;
  html: string | null;
  attachments: { filename: string | null; contentType: string; size: number }[];
  unparsed: string | null;
}

/** Text of a message made safe for a terminal: keeps line breaks, removes other control characters. */
const textLines = (text: string) => text.replaceAll(/(?![\n\t])\p{Cc}/gu, "");

/** The first of many: the raw message has them all. */
const shownRecipients = 10;
const recipientsText = (addresses: ShownMessage["to"]) =>
  addresses.length > shownRecipients
    ? `${addressesText(addresses.slice(0, shownRecipients))} …`
    : addressesText(addresses) || null;

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

/** `mailfleet messages …` */
export function addMessageCommands(program: Command, cli: Cli): void {
  const messages = program.command("messages").description("received mail");
  messages
    .command("list <mailbox>")
    .description("the latest messages of a mailbox")
    .option("--since <time>", "stored at or after this time, ISO 8601")
    .option("--limit <n>", "show at most n", wholeNumber("--limit", 1, 10_000), 100)
    .action(async (which: string, { since, limit }: { since?: string; limit: number }) => {
      const path = `${mailboxPath(which)}/messages`;
      cli.show(await (await cli.client()).list<ShownMessage>(path, { since }, limit), (rows) =>
        table(rows, [
          { title: "ID", of: (row) => row.id },
          { title: "RECEIVED", of: (row) => time(row.receivedAt) },
          { title: "FROM", of: (row) => addressesText(row.from) },
          { title: "SUBJECT", of: (row) => row.subject },
          { title: "SIZE", of: (row) => row.size },
          { title: "NOTE", of: (row) => (row.unparsed === null ? "" : "not parsed") },
        ]),
      );
    });
  messages
    .command("show <message>")
    .description("headers, text and attachments of a message")
    .action(async (id: string) => {
      const client = await cli.client();
      const [message, body] = await Promise.all([
        client.get<ShownMessage>(messagePath(id)),
        client.get<ShownBody>(`${messagePath(id)}/body`),
      ]);
      cli.show({ message, body }, words);
    });
  messages
    .command("raw <message>")
    .description("the message, byte for byte, to standard output or a file")
    .option("-o, --output <file>")
    .action(async (id: string, { output }: { output?: string }) => {
      const stream = await (await cli.client()).download(`${messagePath(id)}/raw`);
      const bytes = Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
      if (output === undefined) for await (const chunk of bytes) await cli.terminal.write(chunk as Buffer);
      else await pipeline(bytes, createWriteStream(output));
    });
  messages
    .command("republish")
    .description("publish mail.received again for stored messages")
    .requiredOption("--since <time>", "stored at or after this time, ISO 8601")
    .option("--mailbox <mailbox>", "only this one")
    .action(async (flags: { since: string; mailbox?: string }) =>
      cli.show(await (await cli.client()).post<{ published: number }>("/messages/republish", flags), ({ published }) =>
        published === 1 ? "Published 1 message again." : `Published ${published} messages again.`,
      ),
    );
}
