import { z } from "zod";

/** One address of a message's header, its name and its address apart: what a name looks like proves nothing. */
export const MailAddress = z.object({
  name: z.string().nullable().describe("decoded; null if there is none"),
  address: z.string().nullable().describe("null if there is only a name"),
  group: z.string().optional().describe("the group that it belongs to (RFC 5322 §3.4)"),
});
export type MailAddress = z.infer<typeof MailAddress>;

/** A text that is a name without quotes (RFC 5322 §3.2.3); all others are quoted, so that nobody takes them apart. */
const plainName = /^[\p{L}\p{M}\p{N} !#$%&'*+/=?^_`{|}~-]+$/u;

/** Addresses in one line for people, as they would be written in a header: `"Miller, Ann" <ann@example.org>, b@x.test`. */
export function addressesText(addresses: readonly MailAddress[]): string {
  return addresses.map(addressText).join(", ");
}

function addressText({ name, address }: MailAddress): string {
  if (name === null) return address ?? "";
  const written = plainName.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
  return address === null ? written : `${written} <${address}>`;
}
