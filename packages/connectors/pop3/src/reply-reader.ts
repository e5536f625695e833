/** Receives what a server says, in order. */
export interface ReplyHandler {
  /** A line without its end. Return true if a multi-line answer follows, up to a line with only a dot (RFC 1939 §3). */
  line(text: string): boolean;
  /** A piece of a multi-line answer without dot-stuffing. It shares memory with the chunk it came in. */
  piece(bytes: Buffer): void;
  /** The multi-line answer is complete. */
  end(): void;
}

/** Splits a stream of bytes into replies. */
export interface ReplyReader {
  /** Reads the next chunk. Chunks may end anywhere. Throws `EndlessLine`. */
  read(chunk: Buffer): void;
  /** True if nothing is incomplete. */
  isEmpty(): boolean;
  /** True if the multi-line answer that is being read has an end, but for bare LF in place of CRLF. */
  hasBareEnd(): boolean;
}

/** A status line that does not end, so this is not a POP3 server (RFC 2449 §4: 512 octets). */
export class EndlessLine extends Error {
  readonly received: string;
  constructor(received: Buffer) {
    super("a line without an end");
    this.name = "EndlessLine";
    this.received = received.toString("latin1", 0, 200);
  }
}

/** Real servers exceed the 512 octets that RFC 2449 §4 allows, but not by this much. */
const LINE_LIMIT = 16_384;
const CR = 13;
const LF = 10;
const DOT = 46;
const lineEndAndDot = Buffer.from("\r\n.");
const carriageReturn = Buffer.from("\r");
const bareDot = Buffer.from(".\n");
const bareLineEndAndDot = Buffer.from("\n.\n");

/** What the last chunk ended with, inside a multi-line answer. */
type Seen = "text" | "cr" | "line end" | "dot" | "dot cr";

/**
 * Reads replies. Only CRLF ends a line of a multi-line answer: if a bare LF counted, a message could pretend to end and
 * continue with forged replies. It searches whole chunks, and moves bytes only where a dot is removed: within the chunk,
 * which is one piece for its reader.
 */
export function createReplyReader(handler: ReplyHandler): ReplyReader {
  let inBody = false;
  let seen: Seen = "line end";
  let rest: Buffer | null = null;
  let bareEnd = false;

  /** Reads a status line from `at`. Returns where to continue. */
  function readLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LF, at);
    const part = chunk.subarray(at, end < 0 ? chunk.length : end);
    const line: Buffer = rest ? Buffer.concat([rest, part]) : part;
    if (line.length > LINE_LIMIT) throw new EndlessLine(line);
    if (end < 0) {
      rest = line;
      return chunk.length;
    }
    rest = null;
    const length = line[line.length - 1] === CR ? line.length - 1 : line.length;
    inBody = handler.line(line.toString("utf8", 0, length));
    bareEnd = false;
    seen = "line end";
    return end + 1;
  }

  /** Reads a multi-line answer from `at`. Returns where to continue. */
  function readBody(chunk: Buffer, start: number): number {
    let at = start;
    bareEnd ||=
      chunk.indexOf(bareLineEndAndDot, start) >= 0 || (seen === "line end" && chunk.indexOf(bareDot, start) === start);
    /** First byte that was not kept yet. */
    let from = start;
    /** Where the bytes that are kept end: those behind a dot that is left out move down, or each would be a piece. */
    let kept = start;
    const keep = (to: number) => {
      if (to <= from) return;
      if (kept < from) chunk.copyWithin(kept, from, to);
      kept += to - from;
    };
    const handOn = () => {
      if (kept > start) handler.piece(chunk.subarray(start, kept));
    };
    while (at < chunk.length) {
      const byte = chunk[at];
      switch (seen) {
        case "text": {
          const next = chunk.indexOf(lineEndAndDot, at);
          if (next < 0) {
            const last = chunk[chunk.length - 1];
            if (last === CR) seen = "cr";
            else if (last === LF && chunk.length - at > 1 && chunk[chunk.length - 2] === CR) seen = "line end";
            keep(chunk.length);
            handOn();
            return chunk.length;
          }
          keep(next + 2);
          at = next + 3;
          from = at;
          seen = "dot";
          break;
        }
        case "cr":
          if (byte === LF) {
            at += 1;
            seen = "line end";
          } else seen = "text";
          break;
        case "line end":
          if (byte === DOT) {
            keep(at);
            at += 1;
            from = at;
            seen = "dot";
          } else seen = "text";
          break;
        case "dot":
          if (byte === CR) {
            at += 1;
            seen = "dot cr";
          } else seen = "text";
          break;
        case "dot cr":
          if (byte === LF) {
            inBody = false;
            handOn();
            handler.end();
            return at + 1;
          }
          // The dot was stuffed; the CR after it belongs to the text.
          if (from === at) handler.piece(carriageReturn);
          seen = "text";
          break;
      }
    }
    // A dot and a CR that may be the end are held back.
    if (seen !== "dot cr") keep(chunk.length);
    handOn();
    return chunk.length;
  }

  return {
    read(chunk) {
      for (let at = 0; at < chunk.length; ) at = inBody ? readBody(chunk, at) : readLine(chunk, at);
    },
    isEmpty: () => !inBody && rest === null,
    hasBareEnd: () => inBody && bareEnd,
  };
}
