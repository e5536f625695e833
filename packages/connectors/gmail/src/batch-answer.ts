/** One answer of a batch. */
export interface BatchPart {
  /** The request's Content-ID, without brackets. */
  readonly contentId: string;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Buffer;
  /** The answer is longer than we hold: `body` is its beginning. */
  readonly cut: boolean;
}

/**
 * Reads a `multipart/mixed` of `application/http` (RFC 2046 §5.1) piece by piece and holds at most `mostBytes` of each
 * part. An answer that ends before its closing delimiter yields its whole parts, and a last one that was too long
 * anyway.
 */
export async function* readBatchAnswer(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  mostBytes: number,
): AsyncGenerator<BatchPart> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  let part: Buffer[] = [];
  let held = 0;
  let cut = false;
  const hold = (bytes: Buffer) => {
    const room = Math.max(0, mostBytes - held);
    if (bytes.byteLength > room) cut = true;
    if (room > 0 && bytes.byteLength > 0) part.push(bytes.subarray(0, room));
    held += Math.min(room, bytes.byteLength);
  };
  // The first delimiter may be at the very beginning.
  let rest: Buffer = Buffer.from("\r\n");
  for await (const piece of body) {
    const data = Buffer.concat([rest, piece]);
    let from = 0;
    for (let at = data.indexOf(delimiter); at >= 0; at = data.indexOf(delimiter, from)) {
      hold(data.subarray(from, at));
      const read = readPart(Buffer.concat(part), cut);
      if (read) yield read;
      part = [];
      held = 0;
      cut = false;
      from = at + delimiter.byteLength;
    }
    // A delimiter may be split over two pieces.
    const keep = Math.max(from, data.byteLength - delimiter.byteLength + 1);
    hold(data.subarray(from, keep));
    rest = data.subarray(keep);
  }
  // A caller that stops reading in the middle of a long part needs to know which request it answers.
  const unfinished = cut ? readPart(Buffer.concat(part), cut) : null;
  if (unfinished) yield unfinished;
}

const blankLine = "\r\n\r\n";

/** Part headers, status line, headers, body; `null`: a preamble, or nothing that answers a request. */
function readPart(bytes: Buffer, cut: boolean): BatchPart | null {
  const outerEnd = bytes.indexOf(blankLine);
  const innerEnd = outerEnd < 0 ? -1 : bytes.indexOf(blankLine, outerEnd + blankLine.length);
  if (innerEnd < 0) return null;
  const outer = bytes.toString("latin1", 0, outerEnd);
  const inner = bytes.toString("latin1", outerEnd + blankLine.length, innerEnd);
  const contentId = /^content-id:\s*<?(?:response-)?([^>\r\n]{1,200}?)>?\s*$/im.exec(outer)?.[1];
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(inner)?.[1];
  if (contentId === undefined || status === undefined) return null;
  return {
    contentId,
    status: Number(status),
    retryAfter: /^retry-after:\s*(.{1,100}?)\s*$/im.exec(inner)?.[1] ?? null,
    body: bytes.subarray(innerEnd + blankLine.length),
    cut,
  };
}

/** The boundary that a Content-Type names (RFC 2046 §5.1.1); `null`: none. */
export function boundaryOf(contentType: string | null): string | null {
  const [, quoted, plain] =
    /^multipart\/mixed\b.*?;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType ?? "") ?? [];
  return quoted ?? plain ?? null;
}
