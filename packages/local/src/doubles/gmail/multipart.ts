/** A part of a multipart body: its header section as one text and its bytes. */
export interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** The parts of a multipart body (RFC 2046 section 5.1); `null` if it is not one. At most `limit` parts. */
export function splitMultipart(contentType: string, body: Buffer, limit: number): Part[] | null {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (!boundary) return null;
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0 && parts.length <= limit) {
    const from = start + delimiter.length;
    if (body.subarray(from, from + 2).toString("latin1") === "--") return parts;
    const next = body.indexOf(delimiter, from);
    if (next < 0) return null;
    // The line end before a delimiter belongs to the delimiter.
    const end = next - (body.subarray(next - 2, next).toString("latin1") === "\r\n" ? 2 : 1);
    parts.push(splitPart(body.subarray(from, end)));
    start = next;
  }
  return parts.length > 0 ? parts : null;
}

/** Header section and body of a part or of an HTTP message without its first line. */
export function splitPart(bytes: Buffer): Part {
  const skip = /^[ \t]*\r?\n/.exec(bytes.subarray(0, 100).toString("latin1"))?.[0].length ?? 0;
  const rest = bytes.subarray(skip);
  const crlf = rest.indexOf("\r\n\r\n");
  const lf = rest.indexOf("\n\n");
  const [end, length] = crlf >= 0 && (lf < 0 || crlf < lf) ? [crlf, 4] : lf >= 0 ? [lf, 2] : [rest.length, 0];
  const headers = new Map<string, string>();
  for (const line of rest.subarray(0, end).toString("latin1").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: rest.subarray(end + length) };
}
