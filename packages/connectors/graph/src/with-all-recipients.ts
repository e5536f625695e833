import { FailureError, failureOf } from "@mailfleet/contracts";

/** How far header fields are read. */
const HEADER_LIMIT = 256 * 1024;

/**
 * Graph has no envelope: it sends to everybody the message names. So recipients who are missing from To, Cc and Bcc are
 * added as a Bcc field, which Graph removes before it sends. Throws RECIPIENT_REFUSED for an address that could end the
 * field.
 */
export function withAllRecipients(recipients: readonly string[], raw: Uint8Array): Buffer {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const head = bytes.subarray(0, HEADER_LIMIT).toString("latin1");
  const end = /\r?\n\r?\n/.exec(head);
  const fields = head
    .slice(0, end?.index)
    .replace(/\r?\n[ \t]+/g, " ")
    .split(/\r?\n/);
  const named = fields
    .filter((field) => /^(to|cc|bcc)\s*:/i.test(field))
    .join(" ")
    .toLowerCase()
    .split(/[\s,;:<>()"]+/);
  const missing = recipients.filter((address) => !named.includes(address.toLowerCase()));
  if (missing.length === 0) return bytes;
  if (missing.some((address) => /[\p{Cc}\s<>,;:()]/u.test(address)))
    throw new FailureError(
      failureOf("RECIPIENT_REFUSED", { reply: "a recipient's address cannot be written in a header" }),
    );
  return Buffer.concat([Buffer.from(`Bcc: ${missing.join(",\r\n ")}\r\n`), bytes]);
}
