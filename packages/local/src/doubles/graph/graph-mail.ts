import { splitMessage } from "../gmail/message-text.ts";

/** A mail that the double took. */
export interface GraphMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly contentType: "text" | "html" | "mime";
  /** Of mail that came as MIME. */
  readonly raw?: Buffer;
}

interface JsonRecipient {
  readonly emailAddress?: { readonly address?: string };
}

/** `{message: {subject, body, toRecipients, …}}`; `null` if it is not that. */
export function readJsonMail(from: string, given: Readonly<Record<string, unknown>> | null): GraphMail | null {
  if (typeof given?.message !== "object" || given.message === null) return null;
  const message = given.message as Record<string, unknown>;
  const lists = ["toRecipients", "ccRecipients", "bccRecipients"].map((name) => message[name] ?? []);
  const { content, contentType } = (message.body ?? {}) as { content?: string; contentType?: string };
  return {
    from,
    to: (lists.flat() as JsonRecipient[]).flatMap((one) => one?.emailAddress?.address ?? []),
    subject: String(message.subject ?? ""),
    body: content ?? "",
    contentType: contentType?.toLowerCase() === "html" ? "html" : "text",
  };
}

/** A whole message as base64; `null` if it is not that. */
export function readMimeMail(from: string, body: Buffer): GraphMail | null {
  const text = body.toString("ascii").replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  return mailOf(from, Buffer.from(text, "base64"));
}

/** What a whole message says. */
export function mailOf(from: string, raw: Buffer): GraphMail {
  const { fields, body } = splitMessage(raw);
  const field = (name: string) => fields.find((one) => one.name.toLowerCase() === name)?.value ?? "";
  const to = ["to", "cc", "bcc"].flatMap((name) => field(name).match(/[^\s<>,;:"]+@[^\s<>,;:"]+/g) ?? []);
  return { from, to, subject: field("subject"), body: body.toString("utf8", 0, 65_536), contentType: "mime", raw };
}

/** What arrives: nobody reads who got a blind copy. */
export function withoutBcc(raw: Buffer): Buffer {
  const { length } = splitMessage(raw).body;
  const end = raw.length - length;
  const head = raw.toString("latin1", 0, end).replace(/^bcc:.*\r?\n(?:[ \t].*\r?\n)*/gim, "");
  return Buffer.concat([Buffer.from(head, "latin1"), raw.subarray(end)]);
}
