import { domainToASCII } from "node:url";
import type { Envelope } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { recipientFields } from "./header-addresses.ts";

/**
 * For an API that has no envelope and sends to everybody in To, Cc and Bcc: recipients who are missing from the header
 * are added as one Bcc field (the API removes it), and a header that names somebody who is not in the envelope is
 * refused with MESSAGE_REFUSED, because that person would get the message too, perhaps twice. No other byte changes.
 * `server`: its name for people; `method`: the API's name of what sends.
 */
export function addressByHeader(
  envelope: Envelope,
  raw: Uint8Array,
  { server, method }: { readonly server: string; readonly method: string },
): readonly Uint8Array[] {
  const refused = (code: "MESSAGE_REFUSED" | "RECIPIENT_REFUSED", reply: string) =>
    new FailureError(failureOf(code, { command: method, reply }));
  if (envelope.to.length === 0) throw refused("RECIPIENT_REFUSED", "no recipients");
  const fields = recipientFields(raw);
  if (fields === null) throw refused("MESSAGE_REFUSED", "the header section is longer than 256 KiB");
  const wanted = new Map(envelope.to.map((address) => [keyOf(address), address]));
  const strangers = [...fields.visible, ...fields.blind].filter((address) => !wanted.has(keyOf(address)));
  if (envelope.to.some((address) => !isWritable(address)))
    throw refused("RECIPIENT_REFUSED", "a recipient's address cannot be written in a header");
  if (strangers.length > 0)
    throw refused(
      "MESSAGE_REFUSED",
      `${server} sends to everybody whom the header names, and ${strangers.slice(0, 5).join(", ").slice(0, 300)} ` +
        "is not among the recipients of this send",
    );
  for (const address of fields.visible) wanted.delete(keyOf(address));
  const named = new Set(fields.blind.map(keyOf));
  if ([...wanted.keys()].every((key) => named.has(key))) return [raw];
  const pieces: Uint8Array[] = [Buffer.from(`Bcc: ${[...wanted.values()].join(",\r\n ")}\r\n`)];
  let at = 0;
  for (const { from, to } of fields.blindFields) {
    pieces.push(raw.subarray(at, from));
    at = to;
  }
  pieces.push(raw.subarray(at));
  return pieces.filter((piece) => piece.byteLength > 0);
}

/** Whether an address may appear in a header field: not if it could end the field or name two people. */
function isWritable(address: string): boolean {
  const at = address.lastIndexOf("@");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not pass.
  const plain = address.replace(/^"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"(?=@)/, "q");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not pass.
  return at >= 1 && !/[\x00-\x20\x7f<>,;:()]/.test(plain);
}

/** Servers ignore case in addresses. Domains have two spellings (RFC 5891). */
function keyOf(address: string): string {
  const lower = address.toLowerCase();
  const at = lower.lastIndexOf("@");
  const domain = lower.slice(at + 1);
  return `${lower.slice(0, at)}@${domainToASCII(domain) || domain}`;
}
