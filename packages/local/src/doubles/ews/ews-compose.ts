import { randomBytes } from "node:crypto";
import { splitMessage } from "../gmail/message-text.ts";
import { composeJson, withAttachments } from "../graph/graph-mime.ts";
import { EwsError } from "./ews-errors.ts";
import { extendedName } from "./ews-shape.ts";
import { at, textAt, type XmlElement } from "./xml.ts";

/** What a new message is made of. */
interface Composed {
  readonly raw: Buffer;
  readonly extended: Readonly<Record<string, string>>;
}

/** The MIME of a message that was given as `MimeContent` or as elements, and its extended properties. */
export function composed(message: XmlElement, from: string): Composed {
  const mime = at(message, "MimeContent")?.text.replace(/\s+/g, "");
  if (mime !== undefined && !/^[A-Za-z0-9+/]*={0,2}$/.test(mime))
    throw new EwsError("ErrorMimeContentInvalidBase64String");
  const bytes = mime === undefined ? ofElements(message, from) : Buffer.from(mime, "base64");
  if (bytes.length === 0) throw new EwsError("ErrorMimeContentInvalid");
  const extended: Record<string, string> = {};
  let raw = withFrom(bytes, from);
  for (const one of message.children.filter(({ name }) => name === "ExtendedProperty")) {
    const field = at(one, "ExtendedFieldURI");
    if (!field) continue;
    const value = textAt(one, "Value");
    if (field.attributes.DistinguishedPropertySetId !== "InternetHeaders") extended[extendedName(field)] = value;
    else raw = Buffer.concat([Buffer.from(`${field.attributes.PropertyName}: ${value}\r\n`), raw]);
  }
  return { raw, extended };
}

/** Exchange gives a message that has none an author and a Message-ID. */
function withFrom(raw: Buffer, from: string): Buffer {
  const has = new Set(splitMessage(raw).fields.map(({ name }) => name.toLowerCase()));
  const id = `<${randomBytes(16).toString("hex")}@double.exchange.test>`;
  const missing = [has.has("from") ? "" : `From: <${from}>\r\n`, has.has("message-id") ? "" : `Message-ID: ${id}\r\n`];
  return Buffer.concat([Buffer.from(missing.join("")), raw]);
}

function ofElements(message: XmlElement, from: string): Buffer {
  const people = (name: string) =>
    at(message, name)?.children.map((one) => ({ emailAddress: { address: textAt(one, "EmailAddress") } })) ?? [];
  const body = at(message, "Body");
  const raw = composeJson(textAt(message, "From", "Mailbox", "EmailAddress") || from, {
    subject: textAt(message, "Subject"),
    body: { content: body?.text ?? "", contentType: body?.attributes.BodyType ?? "Text" },
    toRecipients: people("ToRecipients"),
    ccRecipients: people("CcRecipients"),
    bccRecipients: people("BccRecipients"),
  });
  const files = at(message, "Attachments")?.children.filter(({ name }) => name === "FileAttachment") ?? [];
  return withAttachments(
    raw,
    files.map((file) => ({
      id: "",
      name: textAt(file, "Name"),
      contentType: textAt(file, "ContentType") || "application/octet-stream",
      bytes: Buffer.from(textAt(file, "Content"), "base64"),
      isInline: textAt(file, "IsInline") === "true",
      ...(textAt(file, "ContentId") ? { contentId: textAt(file, "ContentId") } : {}),
    })),
  );
}
