import type { ComposedContent } from "@mailfleet/contracts";
import MailComposer from "nodemailer/lib/mail-composer";

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
}

/**
 * Composes a message (RFC 5322, MIME). Reads no file and no URL, whatever the content names; the same arguments give
 * the same message but for MIME boundaries. Lines end with CRLF.
 */
export async function composeMessage(message: ComposeMessage): Promise<ComposedMessage> {
  const { content } = message;
  const node = new MailComposer({
    from: content.from ?? message.from,
    to: content.to,
    cc: content.cc,
    bcc: content.bcc,
    replyTo: content.replyTo,
    subject: content.subject,
    text: content.text ?? (content.html === undefined ? "" : undefined),
    html: content.html,
    attachments: content.attachments?.map((attachment) => ({
      filename: attachment.filename,
      contentType: attachment.contentType,
      content: Buffer.from(attachment.contentBase64, "base64"),
    })),
    messageId: message.messageId,
    date: new Date(message.date),
    headers: { ...message.extraHeaders },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const raw = await node.build();
  const to = [...new Set([...content.to, ...(content.cc ?? []), ...(content.bcc ?? [])])];
  return { raw, envelope: { from: message.from, to } };
}
