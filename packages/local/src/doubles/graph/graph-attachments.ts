import { randomBytes } from "node:crypto";
import { type GraphAnswer, refused } from "./graph-answer.ts";
import { type GraphCall, jsonBody } from "./graph-call.ts";
import { type GraphMailbox, messageOf } from "./graph-mailbox.ts";
import { type GraphAttachment, withAttachments } from "./graph-mime.ts";

/** What a file is, without its bytes. */
export type AttachmentHead = Omit<GraphAttachment, "id" | "bytes">;

/** A file's name and kind from JSON. */
export const attachmentHead = (given: Readonly<Record<string, unknown>>): AttachmentHead => ({
  name: String(given.name ?? ""),
  contentType: String(given.contentType ?? "application/octet-stream"),
  isInline: given.isInline === true,
  ...(typeof given.contentId === "string" ? { contentId: given.contentId } : {}),
});

/** Puts a file into a draft. */
export function addAttachment(mailbox: GraphMailbox, id: string, head: AttachmentHead, bytes: Buffer): GraphAttachment {
  const attachment = { ...head, id: `AAkA${randomBytes(24).toString("base64url")}=`, bytes };
  const message = mailbox.messages.get(id);
  if (!message) return attachment;
  const attachments = [...message.attachments, attachment];
  mailbox.change(id, { attachments, raw: withAttachments(message.withoutFiles, attachments) });
  return attachment;
}

const shown = ({ id, name, contentType, isInline, contentId, bytes }: GraphAttachment) => ({
  "@odata.type": "#microsoft.graph.fileAttachment",
  ...{ id, name, contentType, isInline, contentId: contentId ?? null, size: bytes.length },
});

/** A file of up to 3 MB in one request. */
export function createAttachment(call: GraphCall, [id = ""]: readonly string[]): GraphAnswer {
  const message = messageOf(call.mailbox, id);
  if (!message) return refused("ErrorItemNotFound");
  const given = jsonBody(call);
  if (!given || typeof given.contentBytes !== "string") return refused("RequestBodyRead");
  const bytes = Buffer.from(given.contentBytes, "base64");
  return { status: 201, body: shown(addAttachment(call.mailbox, message.id, attachmentHead(given), bytes)) };
}

/** The files that were added by requests of their own. */
export function listAttachments({ mailbox }: GraphCall, [id = ""]: readonly string[]): GraphAnswer {
  const message = messageOf(mailbox, id);
  return message ? { status: 200, body: { value: message.attachments.map(shown) } } : refused("ErrorItemNotFound");
}
