import { randomBytes } from "node:crypto";

/** A file in a message. */
export interface GraphAttachment {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly isInline: boolean;
  readonly contentId?: string;
}

interface JsonRecipient {
  readonly emailAddress?: { readonly address?: string; readonly name?: string };
}

const lineBytes = 57;
const encodedWord = (text: string) =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
const addressOf = ({ emailAddress }: JsonRecipient) => `<${emailAddress?.address ?? ""}>`;

/** The MIME of a message that was given as JSON. */
export function composeJson(from: string, message: Readonly<Record<string, unknown>>): Buffer {
  const list = (name: string) => ((message[name] as JsonRecipient[] | undefined) ?? []).map(addressOf).join(", ");
  const { content = "", contentType = "text" } = (message.body ?? {}) as { content?: string; contentType?: string };
  const fields: [string, string][] = [
    ["From", `<${from}>`],
    ["To", list("toRecipients")],
    ["Cc", list("ccRecipients")],
    ["Bcc", list("bccRecipients")],
    ["Subject", encodedWord(String(message.subject ?? ""))],
    ["Message-ID", `<${randomBytes(12).toString("hex")}@double.prod.outlook.com>`],
    ["Date", new Date().toUTCString().replace("GMT", "+0000")],
    ["MIME-Version", "1.0"],
    ["Content-Type", `text/${contentType.toLowerCase() === "html" ? "html" : "plain"}; charset=utf-8`],
    ["Content-Transfer-Encoding", "base64"],
  ];
  const head = fields.filter(([, value]) => value).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${head.join("")}\r\n`), base64Lines(Buffer.from(content))]);
}

/** The message with these files: into its multipart/mixed, or around it. */
export function withAttachments(raw: Buffer, attachments: readonly GraphAttachment[]): Buffer {
  if (attachments.length === 0) return raw;
  const text = raw.toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  const head = end ? text.slice(0, end.index) : text;
  const unfolded = head.replace(/\r?\n[ \t]+/g, " ");
  const mixed = /^content-type:\s*multipart\/mixed\b.*?boundary="?([^";\r\n]+)"?/im.exec(unfolded)?.[1];
  const closing = mixed ? text.lastIndexOf(`--${mixed}--`) : -1;
  if (mixed && closing >= 0)
    return Buffer.concat([raw.subarray(0, closing), ...parts(mixed, attachments), Buffer.from(`--${mixed}--\r\n`)]);
  const boundary = `_004_${randomBytes(12).toString("hex")}_`;
  const fields = head.split(/\r?\n(?![ \t])/);
  const isContent = (field: string) => /^content-/i.test(field);
  const outer = [
    ...fields.filter((field) => !isContent(field) && !/^mime-version:/i.test(field)),
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
  ];
  const inner = [`--${boundary}`, ...fields.filter(isContent)];
  return Buffer.concat([
    Buffer.from(`${outer.join("\r\n")}\r\n\r\n${inner.join("\r\n")}\r\n\r\n`, "latin1"),
    end ? raw.subarray(end.index + end[0].length) : Buffer.alloc(0),
    Buffer.from("\r\n"),
    ...parts(boundary, attachments),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

const parts = (boundary: string, attachments: readonly GraphAttachment[]): Buffer[] =>
  attachments.flatMap(({ name, contentType, bytes, isInline, contentId }) => [
    Buffer.from(
      [
        `--${boundary}`,
        `Content-Type: ${contentType}`,
        `Content-Disposition: ${isInline ? "inline" : "attachment"}; filename*=utf-8''${encodeURIComponent(name)}`,
        ...(contentId ? [`Content-ID: <${contentId.replace(/^<|>$/g, "")}>`] : []),
        "Content-Transfer-Encoding: base64\r\n\r\n",
      ].join("\r\n"),
    ),
    base64Lines(bytes),
  ]);

function base64Lines(bytes: Buffer): Buffer {
  const lines = [];
  for (let at = 0; at < bytes.length; at += lineBytes)
    lines.push(`${bytes.toString("base64", at, Math.min(at + lineBytes, bytes.length))}\r\n`);
  return Buffer.from(lines.join(""), "latin1");
}
