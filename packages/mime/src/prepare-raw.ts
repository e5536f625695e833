import { addressesText } from "@mailfleet/contracts";
import { ownHeaders } from "./message-id.ts";
import { LARGEST_HEADER, UnsendableMessage } from "./message-walker.ts";
import { isAutomaticAnswer } from "./read-automatic.ts";
import { readHeaders } from "./read-headers.ts";

/** A ready-made message, and the headers that Mailfleet adds where they are missing. */
export interface PrepareRaw {
  /** The message, or its beginning with the whole header section. */
  readonly start: Uint8Array;
  /** Used if the message has no Message-ID of its own; with angle brackets. */
  readonly messageId: string;
  readonly sendId: string;
  /** Used if the message has no Date, milliseconds since the epoch. */
  readonly date: number;
}

/** What a ready-made message says of itself, and what becomes of its header. */
export interface PreparedRaw {
  /** Header lines to be put before the first byte of the message. */
  readonly head: Buffer;
  /** `start` without the fields that name blind copies; the same bytes if there are none. */
  readonly rest: Uint8Array;
  /** The one that the message now has. */
  readonly messageId: string;
  readonly subject: string | null;
  readonly from: string | null;
  /** It is an automatic answer: see `isAutomaticAnswer`. */
  readonly isAutomatic: boolean;
  readonly inReplyTo: string | null;
}

/**
 * A missing Message-ID or Date, and always X-Mailfleet-Send, go before the first header; Bcc and Resent-Bcc go out of it
 * (RFC 5322 §3.6.3), and so does the line of mailbox files at its top. Every other byte stays, so signatures remain valid. Throws `UnsendableMessage` where a signature
 * covers the Bcc field.
 */
export function prepareRaw({ start, messageId, sendId, date }: PrepareRaw): PreparedRaw {
  const found = readHeaders(start);
  const added = [`${ownHeaders.send}: ${sendId}`];
  if (!found.messageId) added.push(`Message-ID: ${messageId}`);
  if (!found.hasDate) added.push(`Date: ${new Date(date).toUTCString().replace("GMT", "+0000")}`);
  const firstLine = start.indexOf(10);
  const lineEnd = firstLine > 0 && start[firstLine - 1] !== 13 ? "\n" : "\r\n";
  const head = Buffer.from(added.map((line) => line + lineEnd).join(""), "latin1");
  const from = addressesText(found.from) || null;
  const { subject, inReplyTo } = found;
  const isAutomatic = isAutomaticAnswer(found);
  return {
    head,
    rest: withoutBlind(start),
    messageId: found.messageId ?? messageId,
    subject,
    from,
    isAutomatic,
    inReplyTo,
  };
}

/** The line of mailbox files, which is no field: not at the top, and not below what we add. */
const mboxLine = /^>?From /;
/** Blanks and folds before the colon are obsolete (RFC 5322 §4.5), and somebody writes them. */
const blind = /^\s*(?:resent-)?bcc\s*:/i;
const signedBlind = /^\s*dkim-signature\s*:[\s\S]*;\s*h\s*=[^;]*(?<=[:=\s])(?:resent-)?bcc(?=[:;\s])/i;

function withoutBlind(start: Uint8Array): Uint8Array {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  const text = bytes.toString("latin1", 0, LARGEST_HEADER);
  if (!/bcc/i.test(text) && !mboxLine.test(text)) return start;
  const fields = fieldsOf(text);
  const isBlind = ({ from, to }: { from: number; to: number }) => blind.test(text.slice(from, to));
  const cuts = fields.filter((field) => isBlind(field) || mboxLine.test(text.slice(field.from, field.to)));
  if (cuts.length === 0) return start;
  if (cuts.some(isBlind) && fields.some(({ from, to }) => signedBlind.test(text.slice(from, to))))
    throw new UnsendableMessage("The message is signed together with its Bcc field, which may not be sent.");
  const kept: Buffer[] = [];
  let at = 0;
  for (const { from, to } of cuts) {
    kept.push(bytes.subarray(at, from));
    // A CR alone would join the line end that comes next.
    if (from > 0 && bytes[from - 1] === 13) kept.push(Buffer.from("\n"));
    at = to;
  }
  return Buffer.concat([...kept, bytes.subarray(at)]);
}

/** Where each field of a header section stands. CR alone ends a line, too: a server may think so. */
function fieldsOf(text: string): { from: number; to: number }[] {
  const fields: { from: number; to: number }[] = [];
  let at = 0;
  for (const match of text.matchAll(/([^\r\n]*)(\r+\n|\r|\n|$)/g)) {
    const [whole, line = ""] = match;
    if (whole === "" || line === "") break;
    const last = fields.at(-1);
    if (last && /^[ \t]/.test(line)) last.to = at + whole.length;
    else fields.push({ from: at, to: at + whole.length });
    at += whole.length;
  }
  return fields;
}
