import { headerBlock } from "./header-block.ts";
import { headerText } from "./header-value.ts";

/** What Mailfleet reads from a message without parsing it. Absent fields are `null`. */
export interface MessageHeaders {
  /** With angle brackets if it has them. */
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** Milliseconds since the epoch; `null` if absent or not a date. */
  readonly date: number | null;
  readonly hasDate: boolean;
  /** RFC 3834 §5. */
  readonly autoSubmitted: string | null;
  /** Value of X-Mailfleet-Probe, see `readProbeMark`. */
  readonly probe: string | null;
  /** Value of X-Mailfleet-Send. */
  readonly send: string | null;
  /** Why the message cannot be parsed; `null` if nothing prevents it. */
  readonly unparsed: string | null;
}

/** The fields we read, by lower-case name, with the longest text we keep. */
const wanted: Readonly<Record<string, number>> = {
  "message-id": 998,
  subject: 2000,
  from: 2000,
  to: 4000,
  date: 200,
  "auto-submitted": 200,
  "x-mailfleet-probe": 200,
  "x-mailfleet-send": 200,
  "content-type": 2000,
};
/** Lengths of these names: most lines are skipped without comparing a character. */
const wantedLengths = new Set(Object.keys(wanted).map((name) => name.length));

const fieldName = /^[\x21-\x39\x3b-\x7e]+[ \t]*$/;

/**
 * Reads the header block of a raw message. Never throws. If a field comes twice, the first counts. `whole` is false if
 * `raw` is only the beginning of a message.
 */
export function readHeaders(raw: Uint8Array, whole = true): MessageHeaders {
  const block = headerBlock(raw);
  const fields: Record<string, string> = {};
  const text = block.text;
  let fieldCount = 0;
  let malformed: string | null = null;
  for (let at = 0; at < text.length; ) {
    // A field continues as long as the next line begins with a space or tab.
    let end = text.indexOf("\n", at);
    while (end >= 0 && (text.charCodeAt(end + 1) === 32 || text.charCodeAt(end + 1) === 9))
      end = text.indexOf("\n", end + 1);
    if (end < 0) end = text.length;
    const colon = text.indexOf(":", at);
    if (colon < 0 || colon > end || colon === at) malformed ??= lineAt(text, at, end);
    else {
      fieldCount += 1;
      const length = colon - at;
      if (wantedLengths.has(length)) {
        const name = text.slice(at, colon).toLowerCase();
        const limit = wanted[name];
        if (limit !== undefined && fields[name] === undefined)
          fields[name] = headerText(text.slice(colon + 1, end), limit);
      } else if (malformed === null && length > 76 && !fieldName.test(text.slice(at, colon))) {
        malformed = lineAt(text, at, end);
      }
    }
    at = end + 1;
  }
  const date = fields.date === undefined ? Number.NaN : Date.parse(fields.date);
  return {
    messageId: fields["message-id"] || null,
    subject: fields.subject ?? null,
    from: fields.from || null,
    to: fields.to || null,
    date: date >= 0 ? date : null,
    hasDate: fields.date !== undefined,
    autoSubmitted: fields["auto-submitted"] || null,
    probe: fields["x-mailfleet-probe"] || null,
    send: fields["x-mailfleet-send"] || null,
    unparsed: whyUnparsed(),
  };

  function whyUnparsed(): string | null {
    if (raw.byteLength === 0) return "the message is empty";
    if (block.cut) return "the header block is larger than 256 KiB";
    if (fieldCount === 0) return "there is no header field";
    if (malformed !== null) return `a line of the header is not a field: ${malformed}`;
    return brokenMultipart(fields["content-type"], raw, block.bodyAt, whole);
  }
}

/** The beginning of a malformed line. The "From " line of mbox is common at the top and harmless, so it is ignored. */
function lineAt(text: string, at: number, end: number): string | null {
  if (at === 0 && text.startsWith("From ")) return null;
  return JSON.stringify(headerText(text.slice(at, Math.min(end, at + 60)), 60));
}

/** A multipart message needs a boundary, and its body must hold it (RFC 2046 §5.1.1). */
function brokenMultipart(
  contentType: string | undefined,
  raw: Uint8Array,
  bodyAt: number,
  whole: boolean,
): string | null {
  if (!contentType || !/^multipart\//i.test(contentType)) return null;
  const match = /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (!boundary) return "the message is multipart but names no boundary";
  const body = Buffer.from(raw.buffer, raw.byteOffset + bodyAt, raw.byteLength - bodyAt);
  if (whole && body.indexOf(`--${boundary}`, 0, "latin1") < 0) return "the boundary between the body parts is missing";
  return null;
}
