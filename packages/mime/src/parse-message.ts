import PostalMime from "postal-mime";
import type { ParsedBody } from "./parse-body.ts";
import { withReadableHeaders } from "./readable-headers.ts";

/** Longest text that is handed back: answers travel over the bus, which carries at most 1 MiB. */
const textLimit = 200_000;
const attachmentLimit = 500;

const cut = (text: string | undefined) =>
  text === undefined ? null : text.length > textLimit ? `${text.slice(0, textLimit)}…`.toWellFormed() : text;

/** Parses a message whole. Throws where the parser gives up, and may block for long: `parseBody` bounds both. */
export async function parseMessage(raw: Uint8Array): Promise<ParsedBody> {
  const email = await PostalMime.parse(withReadableHeaders(raw), { attachmentEncoding: "arraybuffer" });
  const isEmpty = !email.text?.trim() && !email.html?.trim() && email.attachments.length === 0;
  return {
    text: cut(email.text),
    html: cut(email.html),
    attachments: email.attachments.slice(0, attachmentLimit).map((attachment) => ({
      filename: attachment.filename,
      contentType: attachment.mimeType,
      size: typeof attachment.content === "string" ? attachment.content.length : attachment.content.byteLength,
    })),
    unparsed: isEmpty && lacksItsParts(raw) ? "the header announces parts, and none was found in the body" : null,
  };
}

/** Whether the header announces parts, and something stands behind it in which none of them begins. */
function lacksItsParts(raw: Uint8Array): boolean {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  const type = end && contentType.exec(text.slice(0, end.index))?.[0];
  if (!end || !type) return false;
  const boundary = /boundary="?([^";\r\n]+)/i.exec(type)?.[1]?.trim();
  return /\S/.test(text.slice(end.index)) && (!boundary || !text.includes(`\n--${boundary}`, end.index));
}

/** The field whole, with its continuations. */
const contentType = /^content-type:[ \t]*(?:\r?\n[ \t]+)?multipart\/.*(?:\r?\n[ \t].*)*/im;
