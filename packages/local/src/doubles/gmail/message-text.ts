/** A header field, unfolded. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** The end of the header section: offset of the first byte of the body. */
function bodyStart(raw: Buffer): number {
  for (const end of ["\r\n\r\n", "\n\n"]) {
    const at = raw.indexOf(end);
    if (at >= 0) return at + end.length;
  }
  return raw.length;
}

/** Fields of the header section in their order, and the body. Bytes above 127 are kept (latin1). */
export function splitMessage(raw: Buffer): { fields: HeaderField[]; body: Buffer } {
  const start = bodyStart(raw);
  const fields: HeaderField[] = [];
  for (const line of raw
    .subarray(0, start)
    .toString("latin1")
    .replace(/\r?\n(?=[ \t])/g, "")
    .split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() });
  }
  return { fields, body: raw.subarray(start) };
}

/** The first field of that name, unfolded. */
export function headerValue(raw: Buffer, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return splitMessage(raw).fields.find((field) => field.name.toLowerCase() === wanted)?.value;
}

/** Message ids in a header value, with their brackets. */
export function messageIdsOf(value: string): string[] {
  return value.match(/<[^<>\s]+>/g) ?? [];
}

/** Addresses of a list of mailboxes (RFC 5322 section 3.4), in lower case. Comments are not understood. */
export function addressesOf(value: string): string[] {
  const bare = value.replace(/"(?:[^"\\]|\\.)*"(?!@)/g, "");
  return bare.split(/[,;]/).flatMap((part) => {
    const address = /<([^<>]*)>/.exec(part)?.[1] ?? part.replace(/^[^:]*:(?!.*:)/, "");
    return address.includes("@") ? [address.trim().toLowerCase()] : [];
  });
}

/** Base64 of RFC 4648 section 5 with padding, as Gmail writes it. */
export function toBase64Url(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
