import { ownHeaders } from "./message-id.ts";
import { readHeaders } from "./read-headers.ts";

/** A ready-made message, and the headers that Mailfleet adds where they are missing. */
export interface PrepareRaw {
  readonly raw: Uint8Array;
  /** Used if the message has no Message-ID of its own; with angle brackets. */
  readonly messageId: string;
  readonly sendId: string;
  /** Used if the message has no Date, milliseconds since the epoch. */
  readonly date: number;
}

/**
 * Puts a missing Message-ID or Date, and always X-Mailfleet-Send, before the first header. Every other byte stays, so
 * signatures remain valid. `messageId` is the one the message now has.
 */
export function prepareRaw(message: PrepareRaw): { raw: Buffer; messageId: string } {
  const found = readHeaders(message.raw);
  const added = [`${ownHeaders.send}: ${message.sendId}`];
  if (!found.messageId) added.push(`Message-ID: ${message.messageId}`);
  if (!found.hasDate) added.push(`Date: ${new Date(message.date).toUTCString().replace("GMT", "+0000")}`);
  const bytes = Buffer.from(message.raw.buffer, message.raw.byteOffset, message.raw.byteLength);
  const firstLine = bytes.indexOf(10);
  const lineEnd = firstLine > 0 && bytes[firstLine - 1] !== 13 ? "\n" : "\r\n";
  const head = Buffer.from(added.map((line) => line + lineEnd).join(""), "latin1");
  return { raw: Buffer.concat([head, bytes]), messageId: found.messageId ?? message.messageId };
}
