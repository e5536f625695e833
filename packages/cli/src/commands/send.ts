import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { type ApiClient, followIfAllowed, isOfUnknownFate, isPassing } from "@mailfleet/client";
import { forwardedText, type Recipient, type Send } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, collect, readBytes, readText, wholeNumber } from "../cli.ts";
import { Failed, NotOver, UsageError } from "../exit-codes.ts";
import type { ParticularCommands } from "../noun/commands.ts";
import { mailboxPath } from "../paths.ts";
import type { Shown } from "../shown.ts";
import { printable, time } from "../table.ts";

type ShownSend = Shown<Send>;

interface SendFlags {
  to: string[];
  cc?: string[];
  bcc?: string[];
  from?: string;
  replyTo?: string;
  inReplyTo?: string;
  automatic?: true;
  subject?: string;
  text?: string;
  textFile?: string;
  htmlFile?: string;
  attach?: string[];
  rawFile?: string;
  idempotencyKey?: string;
  wait?: boolean;
  timeout: number;
}

const lookMs = 500;

/** `Lee, Ann <ann@example.org>`: all before the last angle bracket is the name, with or without quotes. */
function recipientOf(text: string): Recipient {
  const [, name, address] = /^(.+)<([^<>]+)>\s*$/s.exec(text) ?? [];
  if (name === undefined || address === undefined) return text;
  return { name: name.trim().replace(/^"(.*)"$/s, "$1"), address: address.trim() };
}

async function contentOf(flags: SendFlags): Promise<Record<string, unknown>> {
  if (flags.text !== undefined && flags.textFile !== undefined)
    throw new UsageError("Give --text or --text-file, not both.");
  const attachments = await Promise.all(
    (flags.attach ?? []).map(async (file) => ({
      filename: basename(file),
      contentBase64: (await readBytes(file)).toString("base64"),
    })),
  );
  return {
    to: flags.to.map(recipientOf),
    cc: flags.cc?.map(recipientOf),
    bcc: flags.bcc?.map(recipientOf),
    from: flags.from,
    replyTo: flags.replyTo === undefined ? undefined : recipientOf(flags.replyTo),
    inReplyTo: flags.inReplyTo,
    automatic: flags.automatic,
    subject: flags.subject,
    text: flags.textFile === undefined ? flags.text : await readText(flags.textFile),
    html: flags.htmlFile === undefined ? undefined : await readText(flags.htmlFile),
    ...(attachments.length > 0 ? { attachments } : {}),
  };
}

/** Without an answer nobody knows whether the message was accepted; with the key it can be asked for again. */
async function submit(cli: Cli, client: ApiClient, mailbox: string, flags: SendFlags): Promise<ShownSend> {
  const idempotencyKey = flags.idempotencyKey ?? randomUUID();
  return handOver(client, mailbox, flags, { idempotencyKey }).catch((error: unknown) => {
    if (isOfUnknownFate(error))
      cli.terminal.err(
        `Mailfleet may have accepted the message. To repeat the command without sending twice, add --idempotency-key ${idempotencyKey}`,
      );
    throw error;
  });
}

async function handOver(
  client: ApiClient,
  mailbox: string,
  flags: SendFlags,
  options: { idempotencyKey: string },
): Promise<ShownSend> {
  if (flags.rawFile === undefined)
    return client.post<ShownSend>(`${mailboxPath(mailbox)}/sends`, await contentOf(flags), options);
  if (flags.text ?? flags.textFile ?? flags.subject ?? flags.attach)
    throw new UsageError("--raw-file is the whole message: combine it with --to only.");
  const to = flags.to.map(recipientOf).map((one) => (typeof one === "string" ? one : one.address));
  return client.sendRaw<ShownSend>(mailbox, to, await readBytes(flags.rawFile), options);
}

const line = (send: ShownSend) => {
  const error = send.lastError;
  const why = error
    ? ` (${error.code}: ${error.text}${error.evidence?.reply ? ` ${printable(error.evidence.reply)}` : ""})`
    : "";
  const again = send.nextAttemptAt && send.state !== "sent" ? `, next attempt ${time(send.nextAttemptAt)}` : "";
  return `${send.id}: ${send.state}${send.answer ? ` (${printable(send.answer)})` : ""}${why}${again}`;
};

const isFinal = ({ state }: ShownSend) => ["sent", "failed", "expired", "uncertain"].includes(state);

/** How it stands when nobody waits any longer. */
function endWords(send: ShownSend): string {
  if (send.state === "sent") return "Sent.";
  if (send.state === "uncertain") return "It may have been sent: the connection broke before the server's answer came.";
  if (send.state === "waiting") return "Not sent yet: it waits until the mailbox can send.";
  return isFinal(send) ? "Not sent." : `Not sent yet: it is ${send.state}.`;
}

/** Prints every new state until the final one. Follows events, and also looks the send up in case one is missed. */
async function untilFinal(
  cli: Cli,
  mailboxId: string,
  start: () => Promise<ShownSend>,
  seconds: number,
): Promise<ShownSend> {
  const client = await cli.client();
  const following = await followIfAllowed(client, { mailbox: mailboxId });
  let wake = () => {};
  const listening = (async () => {
    for await (const event of following) if (event.type.startsWith("mail.")) wake();
  })().catch(() => {});
  try {
    let send = await start();
    let said = "";
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      if (line(send) !== said) {
        said = line(send);
        cli.remark(said);
      }
      if (isFinal(send)) return send;
      if (Date.now() >= deadline || cli.terminal.interrupted.aborted) return send;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, lookMs);
      await promise;
      clearTimeout(timer);
      send = await client.get<ShownSend>(`/sends/${send.id}`).catch((error: unknown) => {
        if (isPassing(error)) return send;
        throw error;
      });
    }
  } finally {
    following.stop();
    await listening;
  }
}

/** `mailfleet sends …` beyond the declaration. */
export const sendsCommands: ParticularCommands = {
  group: "sends",
  line,
  facts: {
    attempts: ({ attempts }: ShownSend) =>
      attempts.map((one) => [`attempt ${one.n}`, `${time(one.startedAt)} ${one.failure?.code ?? ""}`]),
    rejectedRecipients: ({ rejectedRecipients }: ShownSend) =>
      rejectedRecipients.map((one) => ["rejected", `${one.address}: ${one.reply}`]),
    undelivered: ({ undelivered = [] }: ShownSend) =>
      undelivered.map(({ address, original, status, diagnostic }) => [
        "not delivered to",
        [forwardedText(address, original), status, diagnostic].filter(Boolean).join(" "),
      ]),
    answers: ({ answers = [] }: ShownSend) =>
      answers.map(({ from, at, message }) => ["answered by", `${from ?? "somebody"} ${time(at)} ${message}`]),
    lastError: ({ lastError }: ShownSend) =>
      lastError
        ? [
            ["last error", `${lastError.code}: ${lastError.text}`],
            ["  server says", lastError.evidence?.reply],
            ["  remedy", lastError.remedy],
          ]
        : [],
  },
};

/** `mailfleet send` */
export function addSendCommand(program: Command, cli: Cli): void {
  program
    .command("send <mailbox>")
    .description("send a message from a mailbox")
    .requiredOption("--to <address>", 'recipient, also as "Name <address>"; may be repeated', collect)
    .option("--cc <address>", "may be repeated", collect)
    .option("--bcc <address>", "may be repeated", collect)
    .option("--from <from>", "as in the header; the mailbox's address without it")
    .option("--reply-to <address>")
    .option("--in-reply-to <message-id>", "the message that it answers")
    .option("--automatic", "a program answers, no person; refused if it would make a loop")
    .option("--subject <text>")
    .option("--text <text>")
    .option("--text-file <file>")
    .option("--html-file <file>")
    .option("--attach <file>", "may be repeated", collect)
    .option("--raw-file <file>", "a ready-made message (RFC 5322), sent unchanged")
    .option("--idempotency-key <key>", "repeating the command with the same key does not send twice")
    .option("--wait", "wait until it is sent or has failed")
    .option("--timeout <seconds>", "how long to wait", wholeNumber("--timeout", 1, 86_400), 120)
    .action(async (mailbox: string, flags: SendFlags) => {
      const client = await cli.client();
      cli.nameFlag("/attachments", "--attach");
      if (flags.textFile !== undefined) cli.nameFlag("/text", "--text-file");
      cli.nameFlag("/html", "--html-file");
      if (!flags.wait) return cli.show(await submit(cli, client, mailbox, flags), line);
      const send = await untilFinal(cli, mailbox, () => submit(cli, client, mailbox, flags), flags.timeout);
      cli.show(send, () => endWords(send));
      if (send.state === "sent") return;
      if (isFinal(send)) throw new Failed(send.lastError?.remedy ?? "");
      throw new NotOver(
        `Mailfleet goes on with it: do not send it again. \`mailfleet ${send.state === "waiting" ? `mailbox show ${mailbox}` : `sends show ${send.id}`}\` tells more.`,
      );
    });
}
