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
  return {
    text: cut(email.text),
    html: cut(email.html),
    attachments: email.attachments.slice(0, attachmentLimit).map((attachment) => ({
      filename: attachment.filename,
      contentType: attachment.mimeType,
      size: typeof attachment.content === "string" ? attachment.content.length : attachment.content.byteLength,
    })),
    unparsed: null,
  };
}
