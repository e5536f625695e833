import { addressesText } from "@mailfleet/contracts";
import { ownHeaders } from "./message-id.ts";
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

/** What a ready-made message says of itself, and what goes before it. */
export interface PreparedRaw {
  /** Header lines to be put before the first byte of the message. */
  readonly head: Buffer;
  /** The one that the message now has. */
  readonly messageId: string;
  readonly subject: string | null;
  readonly from: string | null;
}

/**
 * A missing Message-ID or Date, and always X-Mailfleet-Send, go before the first header. Every other byte stays, so
 * signatures remain valid.
 */
export function prepareRaw({ start, messageId, sendId, date }: PrepareRaw): PreparedRaw {
  const found = readHeaders(start);
  const added = [`${ownHeaders.send}: ${sendId}`];
  if (!found.messageId) added.push(`Message-ID: ${messageId}`);
  if (!found.hasDate) added.push(`Date: ${new Date(date).toUTCString().replace("GMT", "+0000")}`);
  const firstLine = start.indexOf(10);
  const lineEnd = firstLine > 0 && start[firstLine - 1] !== 13 ? "\n" : "\r\n";
  const head = Buffer.from(added.map((line) => line + lineEnd).join(""), "latin1");
  return {
    head,
    messageId: found.messageId ?? messageId,
    subject: found.subject,
    from: addressesText(found.from) || null,
  };
}
