import { LineSplitter } from "./line-splitter.ts";
import { parseParameters } from "./parameters.ts";

/** A message or a part of one, known when its header is at its end. */
export interface Entity {
  /** In the order of the message; 0 is the message itself. */
  readonly index: number;
  /** `text/plain`, lower case; the default of MIME if there is none (RFC 2045 §5.2). */
  readonly type: string;
  /** Content-Transfer-Encoding, lower case; `7bit` where there is none. */
  readonly encoding: string;
  readonly kind: "leaf" | "multipart" | "message";
  /** Levels of multiparts and attached messages around it. */
  readonly depth: number;
  /** It is, or is inside, a body part whose bytes are signed (RFC 1847). */
  readonly signed: boolean;
  /** Each line of its header ends with CRLF or LF. */
  readonly plainEnds: boolean;
}

/** One field of a header section, one character per byte, lines joined by CRLF. */
export interface RawField {
  readonly name: string;
  readonly raw: string;
}

/** What is told while a message is read. Lines and line ends of a body come as they are. */
export interface MessageVisitor {
  /** `blank`: an empty line ended the header; without one the body is missing. */
  header(entity: Entity, fields: readonly RawField[], blank: boolean): void;
  /** Whole lines of a part's body, none of which begins with two hyphens. False: they are to be told one by one. */
  block?(entity: Entity, bytes: Buffer): boolean;
  /** A line of a body, or a part of a long line. For a multipart, what stands before and behind its parts. */
  content(entity: Entity, bytes: Buffer): void;
  lineEnd(entity: Entity, end: string): void;
  /** Nothing more comes of this entity's content, or of what stands before or between its parts. */
  bodyEnd(entity: Entity): void;
  /**
   * A line between parts of `of`; the line end before it is part of it. `after`: a body line stands before it; `last`:
   * no part follows.
   */
  delimiter(line: string, after: boolean, of: Entity, last: boolean): void;
}

/** Why a message cannot be sent as it is; the words are for who wrote it. */
export class UnsendableMessage extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnsendableMessage";
  }
}

/** Deeper parts are content of their parent: nobody writes them, and each level costs. */
const DEEPEST = 100;
/** Servers take much less (Postfix 100 KB). */
export const LARGEST_HEADER = 256 * 1024;
/** So much of a header is read where nothing depends on the rest. */
const LARGEST_READ = 32 * 1024;
const LONGEST_DELIMITER = 500;
const fieldShape = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/;

interface OpenHeader {
  readonly lines: string[];
  bytes: number;
  plainEnds: boolean;
  readonly parent: Entity | null;
}

function newHeader(parent: Entity | null): OpenHeader {
  return { lines: [], bytes: 0, plainEnds: true, parent };
}

interface Open {
  readonly entity: Entity;
  readonly boundary: string;
}

/**
 * Reads a message in pieces that end anywhere and tells a visitor what it is made of (RFC 2046). Holds a header section and
 * one line at a time, whatever the size of the message.
 */
export class MessageWalker {
  readonly #visitor: MessageVisitor;
  readonly #splitter = new LineSplitter((bytes, end, continued) => this.#line(bytes, end, continued));
  readonly #open: Open[] = [];
  readonly #strict: boolean;
  #count = 0;
  /** Set while a header is read. */
  #header: OpenHeader | null = newHeader(null);
  /** Whose body is read. */
  #body: Entity | null = null;
  /** The line end that belongs to a delimiter if one follows. */
  #held: string | null = null;

  /** `strict`: throws `UnsendableMessage` for a message's header that is too large or holds a line that is no field. */
  constructor(visitor: MessageVisitor, { strict = false } = {}) {
    this.#visitor = visitor;
    this.#strict = strict;
  }

  push(piece: Uint8Array): void {
    let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (!this.#visitor.block) {
      this.#splitter.push(bytes);
      return;
    }
    while (bytes.length > 0) bytes = bytes.subarray(this.#pushBlock(bytes) || this.#pushLine(bytes));
  }

  #pushLine(bytes: Buffer): number {
    const end = bytes.indexOf(10) + 1 || bytes.length;
    this.#splitter.push(bytes.subarray(0, end));
    return end;
  }

  /** Most bytes of large messages stand in bodies without any line between parts: they are looked at together. */
  #pushBlock(bytes: Buffer): number {
    const entity = this.#body;
    if (entity?.kind !== "leaf" || !this.#splitter.isAtLineStart || bytes[0] === 45) return 0;
    const next = bytes.indexOf("\n--", 0, "latin1");
    const end = next < 0 ? bytes.lastIndexOf(10) + 1 : next + 1;
    if (end === 0) return 0;
    const block = bytes.subarray(0, end);
    this.#release(entity);
    if (this.#visitor.block?.(entity, block)) this.#held = "\r\n";
    else this.#splitter.push(block);
    return end;
  }

  end(): void {
    this.#splitter.end();
    while (this.#header) this.#endHeader(false);
    this.#endBody(true);
  }

  #line(bytes: Buffer, end: string | null, continued: boolean): void {
    if (!continued && end !== null && bytes[0] === 45 && bytes[1] === 45 && this.#delimiter(bytes)) return;
    if (this.#header) {
      this.#headerLine(bytes, end, continued);
      return;
    }
    const entity = this.#body as Entity;
    if (!continued) this.#release(entity);
    if (bytes.length > 0) this.#visitor.content(entity, bytes);
    this.#held = end;
  }

  #release(entity: Entity): void {
    if (this.#held !== null && this.#held !== "") this.#visitor.lineEnd(entity, this.#held);
    this.#held = null;
  }

  #headerLine(bytes: Buffer, end: string | null, continued: boolean): void {
    const header = this.#header as OpenHeader;
    if (end !== null && end !== "" && end !== "\n" && end !== "\r\n") header.plainEnds = false;
    if (!continued && bytes.length === 0 && end !== null) {
      this.#endHeader(true);
      return;
    }
    header.bytes += bytes.length;
    if (header.bytes > (this.#strict ? LARGEST_HEADER : LARGEST_READ)) {
      if (this.#strict) throw new UnsendableMessage("The header is larger than 256 KiB.");
      return;
    }
    const text = bytes.toString("latin1");
    if (continued) header.lines.push((header.lines.pop() ?? "") + text);
    else header.lines.push(text);
  }

  #endHeader(blank: boolean): void {
    const { lines, parent, plainEnds } = this.#header as OpenHeader;
    this.#header = null;
    const fields = fieldsOf(lines, this.#strict && this.#count === 0);
    const { entity, boundary } = describe(fields, this.#count++, parent, plainEnds);
    this.#visitor.header(entity, fields, blank);
    this.#body = entity;
    if (boundary !== null) this.#open.push({ entity, boundary });
    if (entity.kind === "message") {
      this.#body = null;
      this.#header = newHeader(entity);
    }
  }

  #endBody(atEnd: boolean): void {
    if (!this.#body) return;
    if (atEnd) this.#release(this.#body);
    this.#visitor.bodyEnd(this.#body);
    this.#body = null;
  }

  /** True if the line separates parts of any open multipart (RFC 2046 §5.1.1): an outer one ends the inner ones. */
  #delimiter(bytes: Buffer): boolean {
    if (this.#open.length === 0 || bytes.length > LONGEST_DELIMITER) return false;
    const line = bytes.toString("latin1").trimEnd();
    for (let level = this.#open.length - 1; level >= 0; level--) {
      const { entity, boundary } = this.#open[level] as Open;
      if (!line.startsWith(boundary, 2)) continue;
      const rest = line.slice(2 + boundary.length);
      if (rest !== "" && rest !== "--") continue;
      while (this.#header) this.#endHeader(false);
      const after = this.#held !== null;
      this.#held = null;
      this.#endBody(false);
      this.#open.length = rest === "" ? level + 1 : level;
      this.#visitor.delimiter(line, after, entity, rest !== "");
      if (rest === "") this.#header = newHeader(entity);
      else this.#body = entity;
      return true;
    }
    return false;
  }
}

/** Lines as fields. A line that is not a field is left out or, if strict, refused. */
function fieldsOf(lines: readonly string[], strict: boolean): RawField[] {
  const fields: RawField[] = [];
  let raw: string[] = [];
  const finish = () => {
    if (raw.length === 0) return;
    // Lines of blanks only would look like the end of the header to some (RFC 5322 §3.2.2).
    const kept = raw.filter((line, at) => at === 0 || line.trim() !== "");
    const [, name] = fieldShape.exec(kept.length > 1 ? kept.slice(0, 2).join("") : (kept[0] as string)) ?? [];
    if (name) fields.push({ name: name.toLowerCase(), raw: kept.join("\r\n") });
    else if (strict)
      throw new UnsendableMessage(`A line of the header is not a field: ${JSON.stringify(kept[0]?.slice(0, 60))}`);
    raw = [];
  };
  lines.forEach((line, at) => {
    if (at === 0 && /^>?From /.test(line)) return;
    if (at > 0 && raw.length > 0 && /^[ \t]/.test(line)) {
      raw.push(line);
      return;
    }
    finish();
    if (line.trim() !== "") raw = [line.trimStart()];
  });
  finish();
  return fields;
}

function describe(fields: readonly RawField[], index: number, parent: Entity | null, plainEnds: boolean) {
  const read = (name: string) => {
    const field = fields.find((each) => each.name === name);
    return field?.raw.slice(field.raw.indexOf(":") + 1);
  };
  const { value, parameters } = parseParameters(read("content-type") ?? "");
  const standard = parent?.type === "multipart/digest" ? "message/rfc822" : "text/plain";
  const type = /^[^\s/]+\/[^\s/]+$/.test(value) ? value : standard;
  const encoding =
    (read("content-transfer-encoding") ?? "7bit")
      .replace(/\([^)]*\)/g, "")
      .trim()
      .toLowerCase() || "7bit";
  const depth = parent === null ? 0 : parent.depth + 1;
  const plain = /^(?:7bit|8bit|binary)$/.test(encoding) && depth < DEEPEST;
  const boundary = plain && type.startsWith("multipart/") ? parameters.get("boundary")?.trimEnd() || null : null;
  const kind = boundary !== null ? "multipart" : plain && type === "message/rfc822" ? "message" : "leaf";
  const signed = type === "multipart/signed" || (parent?.signed ?? false);
  const entity: Entity = { index, type, encoding, kind, depth, signed, plainEnds };
  return { entity, boundary };
}
