import { randomBytes } from "node:crypto";
import { addressesOf, type HeaderField, splitMessage } from "./message-text.ts";

/** The order in which Gmail writes the fields it knows. */
const order = [
  "mime-version",
  "received",
  "date",
  "in-reply-to",
  "references",
  "message-id",
  "subject",
  "from",
  "to",
  "cc",
];
const dropped: ReadonlySet<string> = new Set(["bcc", "return-path", "x-google-original-message-id"]);

/** The message Gmail makes from what its API got, and its recipients. */
export interface RewrittenMessage {
  readonly raw: Buffer;
  /** Of To, Cc and Bcc, each once, in lower case. */
  readonly recipients: readonly string[];
}

/**
 * Gmail does not send what it was given: it sets its own Message-ID, puts the account's address into From, rewrites the
 * header section (order, case, folding), removes Bcc, and ends all lines with CRLF.
 */
export function rewriteMessage(raw: Buffer, account: string, now: number): RewrittenMessage {
  const { fields, body } = splitMessage(raw);
  const recipients = new Set(
    fields.filter(({ name }) => /^(?:to|cc|bcc)$/i.test(name)).flatMap(({ value }) => addressesOf(value)),
  );
  const date = new Date(now).toUTCString().replace("GMT", "+0000");
  const written: HeaderField[] = [
    { name: "Received", value: `from 1234567890 named unknown by gmailapi.google.com with HTTPREST; ${date}` },
    { name: "Message-ID", value: `<CA+${randomBytes(24).toString("base64url")}@mail.gmail.com>` },
  ];
  const has = (wanted: string) => fields.some(({ name }) => name.toLowerCase() === wanted);
  if (!has("mime-version")) written.push({ name: "MIME-Version", value: "1.0" });
  if (!has("date")) written.push({ name: "Date", value: date });
  if (!has("from")) written.push({ name: "From", value: account });
  for (const { name, value } of fields) {
    const lower = name.toLowerCase();
    if (dropped.has(lower)) continue;
    if (lower === "message-id") written.push({ name: "X-Google-Original-Message-ID", value });
    else if (lower === "from") written.push({ name: "From", value: fromOf(value, account) });
    else written.push({ name: canonicalName(lower), value });
  }
  const place = ({ name }: HeaderField) => order.indexOf(name.toLowerCase()) + 1 || order.length + 1;
  const head = written
    .sort((a, b) => place(a) - place(b))
    .map(fold)
    .join("");
  const text = body.toString("latin1").replace(/\r?\n/g, "\r\n");
  return { raw: Buffer.from(`${head}\r\n${text}`, "latin1"), recipients: [...recipients] };
}

/** Somebody else's address in From is replaced by the account's; the name may stay. */
function fromOf(value: string, account: string): string {
  if (addressesOf(value).includes(account.toLowerCase())) return value;
  const name = /^(.*?)\s*<[^<>]*>\s*$/.exec(value)?.[1];
  return name ? `${name} <${account}>` : account;
}

function canonicalName(lower: string): string {
  if (lower === "mime-version") return "MIME-Version";
  return lower.replace(/(^|-)([a-z])/g, (_match, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** Folds at white space before column 76 (RFC 5322 section 2.2.3). */
function fold({ name, value }: HeaderField): string {
  let line = `${name}:`;
  let text = "";
  for (const word of value.split(/[ \t]+/).filter(Boolean)) {
    if (line.length + 1 + word.length > 76 && line.trim() !== `${name}:`) {
      text += `${line}\r\n`;
      line = "";
    }
    line += ` ${word}`;
  }
  return `${text}${line}\r\n`;
}
