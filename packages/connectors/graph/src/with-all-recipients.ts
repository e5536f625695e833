import { FailureError, failureOf } from "@mailfleet/contracts";

/** Header fields are read up to here at most. */
const HEADER_LIMIT = 256 * 1024;

/**
 * Graph sends to whom the message names, not to an envelope: recipients that To, Cc and Bcc lack are put into a Bcc
 * field, which Graph takes out before it sends. Throws RECIPIENT_REFUSED for an address that could end the field.
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
