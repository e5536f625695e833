import type { Readable } from "node:stream";
import type { ComposedContent, Recipient } from "@mailfleet/contracts";
import MailComposer from "nodemailer/lib/mail-composer";
import { parseAddresses } from "./addresses.ts";
import { UnsendableMessage } from "./message-walker.ts";

/** A message ready to be submitted. The envelope names blind copies, the header does not. */
export interface ComposedMessage {
  readonly raw: Buffer;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
}

/** What to compose, and what Mailfleet adds to it. */
export interface ComposeMessage {
  readonly content: ComposedContent;
  /** The mailbox's address: the envelope sender, so that it gets the bounces, and From unless the content has one. */
  readonly from: string;
  /** With angle brackets. */
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly date: number;
  readonly extraHeaders?: Readonly<Record<string, string>>;
  /** Instead of those in the content, where they are read from elsewhere. */
  readonly attachments?: readonly Attachment[];
}

/** One attachment; its content may be read while the message is composed. */
export interface Attachment {
  readonly filename: string;
  readonly contentType?: string;
  readonly content: Buffer | Readable;
}

/** A message that is composed while it is read. */
export interface StreamedComposition {
  readonly stream: Readable;
  readonly envelope: ComposedMessage["envelope"];
}

/**
 * Composes a message (RFC 5322, MIME). Reads no file and no URL, whatever the content names; the same arguments give
 * the same message but for MIME boundaries. Lines end with CRLF.
 */
export async function composeMessage(message: ComposeMessage): Promise<ComposedMessage> {
  return { raw: await composer(message).build(), envelope: envelopeOf(message) };
}

/** The same for a message that is too large for memory. */
export function streamMessage(message: ComposeMessage): StreamedComposition {
  return { stream: composer(message).createReadStream(), envelope: envelopeOf(message) };
}

function envelopeOf({ content, from }: ComposeMessage): ComposedMessage["envelope"] {
  const recipients = [...content.to, ...(content.cc ?? []), ...(content.bcc ?? [])];
  return { from, to: [...new Set(recipients.map(addressOf))] };
}

/**
 * Who wrote it: parsed here, so that a comma in a name makes no second author. A name alone goes with the mailbox's address.
 * Throws `UnsendableMessage`.
 */
function authors(written: string | undefined, own: string): { name: string; address: string }[] {
  if (written === undefined) return [{ name: "", address: own }];
  const { list } = parseAddresses(Buffer.from(written).toString("latin1"));
  if (list.length > 0 && list.every(({ address }) => address !== null))
    return list.map(({ name, address }) => ({ name: name ?? "", address: address as string }));
  if (list.length === 1 && !written.includes("@")) return [{ name: list[0]?.name ?? "", address: own }];
  const [, name, address] = /^([^<>]*)<([^<>\s@]+@[^<>\s@]+)>\s*$/.exec(written) ?? [];
  if (address === undefined)
    throw new UnsendableMessage(`From is no address: ${JSON.stringify(written.slice(0, 100))}`);
  return [{ name: (name as string).replace(/["\\]/g, "").trim(), address }];
}

const addressOf = (one: Recipient) => (typeof one === "string" ? one : one.address);

const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;

/**
 * Recipients as the composer takes them: name and address apart, so that nothing in a name becomes a recipient. It takes
 * groups only as text, in which every name is quoted.
 */
function headerList(recipients: readonly Recipient[] | undefined) {
  const list: (string | { name: string; address: string })[] = [];
  const groups = new Map<string, Recipient[]>();
  for (const one of recipients ?? []) {
    if (typeof one === "string" || one.group === undefined)
      list.push({ name: typeof one === "string" ? "" : (one.name ?? ""), address: addressOf(one) });
    else groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  }
  for (const [group, members] of groups) {
    const written = members.map((one) => {
      const name = typeof one === "string" ? null : one.name;
      return name ? `${quoted(name)} <${addressOf(one)}>` : addressOf(one);
    });
    list.push(`${quoted(group)}: ${written.join(", ")};`);
  }
  return list;
}

function composer(message: ComposeMessage) {
  const { content } = message;
  const attachments: readonly Attachment[] | undefined =
    message.attachments ??
    content.attachments?.map(({ filename, contentType, contentBase64 }) => ({
      filename,
      ...(contentType === undefined ? {} : { contentType }),
      content: Buffer.from(contentBase64, "base64"),
    }));
  return new MailComposer({
    from: authors(content.from, message.from),
    to: headerList(content.to),
    cc: headerList(content.cc),
    replyTo: headerList(content.replyTo === undefined ? [] : [content.replyTo]),
    subject: content.subject,
    text: content.text ?? (content.html === undefined ? "" : undefined),
    html: content.html,
    attachments: attachments?.map((attachment) => ({ ...attachment })),
    messageId: message.messageId,
    date: new Date(message.date),
    headers: { ...message.extraHeaders },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
}
