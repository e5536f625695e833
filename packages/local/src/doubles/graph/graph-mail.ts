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
export function readJsonMail(from: string, body: Buffer): GraphMail | null {
  try {
    const { message } = JSON.parse(body.toString()) as { message: Record<string, unknown> };
    const lists = ["toRecipients", "ccRecipients", "bccRecipients"].map((name) => message[name] ?? []);
    const { content, contentType } = (message.body ?? {}) as { content?: string; contentType?: string };
    return {
      from,
      to: (lists.flat() as JsonRecipient[]).flatMap(({ emailAddress }) => emailAddress?.address ?? []),
      subject: String(message.subject ?? ""),
      body: content ?? "",
      contentType: contentType?.toLowerCase() === "html" ? "html" : "text",
    };
  } catch {
    return null;
  }
}

/** A whole message as base64; `null` if it is not that. */
export function readMimeMail(from: string, body: Buffer): GraphMail | null {
  const text = body.toString("ascii").replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const raw = Buffer.from(text, "base64");
  const [head = "", ...rest] = raw.toString().split(/\r?\n\r?\n/);
  const unfolded = head.replace(/\r?\n[ \t]+/g, " ");
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, "im").exec(unfolded)?.[1]?.trim() ?? "";
  const to = ["To", "Cc", "Bcc"].flatMap((name) => field(name).match(/[^\s<>,;:"]+@[^\s<>,;:"]+/g) ?? []);
  return { from, to, subject: field("Subject"), body: rest.join("\n\n"), contentType: "mime", raw };
}

/** What arrives: nobody reads who got a blind copy. */
export function withoutBcc(raw: Buffer): Buffer {
  const text = raw.toString("latin1");
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const head = text.slice(0, end + 1).replace(/^bcc:.*\r?\n(?:[ \t].*\r?\n)*/gim, "");
  return Buffer.from(head + text.slice(end + 1), "latin1");
}
