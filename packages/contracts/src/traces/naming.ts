const special = /[.*+?^${}()|[\]\\/-]/g;
/** What may stand in the local part of an address (RFC 5322 section 3.2.3, with dots). */
const ofLocalPart = "[a-z0-9.!#$%&'*+/=?^_`{|}~-]";

/**
 * The source of a regular expression, as JavaScript and MongoDB read it without case, for texts that name this address: not
 * one that only begins or ends with it, as joann@example.org does with ann@example.org. Also in JSON, where a line break
 * before it is written as `\n`.
 */
export function naming(address: string): string {
  const begins = `(?:(?<!${ofLocalPart})|(?<=\\\\[nrt]))`;
  const ends = "(?![a-z0-9-]|\\.[a-z0-9])";
  return `${begins}${address.toLowerCase().replace(special, "\\$&")}${ends}`;
}
