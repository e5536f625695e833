import { parentPort, workerData } from "node:worker_threads";
import PostalMime from "postal-mime";
import type { ParsedBody } from "./parse-body.ts";

/** Longest text that is handed back: answers travel over the bus, which carries at most 1 MiB. */
const textLimit = 200_000;
const attachmentLimit = 500;

const cut = (text: string | undefined) =>
  text === undefined ? null : text.length > textLimit ? `${text.slice(0, textLimit)}…` : text;

const email = await PostalMime.parse(workerData as Uint8Array, { attachmentEncoding: "arraybuffer" });
const parsed: ParsedBody = {
  text: cut(email.text),
  html: cut(email.html),
  attachments: email.attachments.slice(0, attachmentLimit).map((attachment) => ({
    filename: attachment.filename,
    contentType: attachment.mimeType,
    size: typeof attachment.content === "string" ? attachment.content.length : attachment.content.byteLength,
  })),
  unparsed: null,
};
parentPort?.postMessage(parsed);
