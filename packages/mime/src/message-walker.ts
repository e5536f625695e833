import { LineSplitter } from "./line-splitter.ts";
import { parseParameters } from "./parameters.ts";

/** A message or a part of one, known when its header is at its end. */
export interface Entity {
  /** In the order of the message; 0 is the message itself. */
  readonly index: number;
  /** `text/plain`, lower case; as MIME has it where there is none (RFC 2045 §5.2). */
  readonly type: string;
  /** Content-Transfer-Encoding, lower case; `7bit` where there is none. */
  readonly encoding: string;
  readonly kind: "leaf" | "multipart" | "message";
  /** Levels of multiparts and attached messages around it. */
  readonly depth: number;
  /** It is, or stands in, a part whose bytes are signed (RFC 1847). */
  readonly signed: boolean;
}

/** One field as it stands in a header section, one character per byte, lines joined by CRLF. */
export interface RawField {
  readonly name: string;
  readonly raw: string;
}

/** What is told while a message is read. Lines and line ends of a body come as they are. */
export interface MessageVisitor {
  /** `blank`: an empty line ended the header; without one the body is missing. */
  header(entity: Entity, fields: readonly RawField[], blank: boolean): void;
  /** A line of a body, or a part of a long line. For a multipart, what stands before and behind its parts. */
  content(entity: Entity, bytes: Buffer): void;
  lineEnd(entity: Entity, end: string): void;
  /** Nothing more comes of this entity's content, or of what stands before or between its parts. */
  bodyEnd(entity: Entity): void;
  /** A line between parts; the line end before it is part of it. `after`: a body line stands before it. */
  delimiter(line: string, after: boolean): void;
}

/** Why a message cannot be read to be sent on; the words are for the sender. */
export class HeaderRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HeaderRefused";
  }
}

/** Deeper parts are content of their parent: nobody writes them, and each level costs. */
const DEEPEST = 100;
const LARGEST_HEADER = 256 * 1024;
const LONGEST_DELIMITER = 500;
const fieldShape = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/;

interface OpenHeader {
  readonly lines: string[];
  bytes: number;
  readonly parent: Entity | null;
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
  #header: OpenHeader | null = { lines: [], bytes: 0, parent: null };
  /** Whose body is read. */
  #body: Entity | null = null;
  /** The line end that belongs to a delimiter if one follows. */
  #held: string | null = null;

  /** `strict`: throws `HeaderRefused` for a message's header that is too large or holds a line that is no field. */
  constructor(visitor: MessageVisitor, { strict = false } = {}) {
    this.#visitor = visitor;
    this.#strict = strict;
  }

  push(piece: Uint8Array): void {
    this.#splitter.push(piece);
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
    if (!continued && bytes.length === 0 && end !== null) {
      this.#endHeader(true);
      return;
    }
    header.bytes += bytes.length;
    if (header.bytes > LARGEST_HEADER) {
      if (this.#strict) throw new HeaderRefused("The header is larger than 256 KiB.");
      return;
    }
    const text = bytes.toString("latin1");
    if (continued) header.lines.push((header.lines.pop() ?? "") + text);
    else header.lines.push(text);
  }

  #endHeader(blank: boolean): void {
    const { lines, parent } = this.#header as OpenHeader;
    this.#header = null;
    const fields = fieldsOf(lines, this.#strict && this.#count === 0);
    const { entity, boundary } = describe(fields, this.#count++, parent);
    this.#visitor.header(entity, fields, blank);
    this.#body = entity;
    if (boundary !== null) this.#open.push({ entity, boundary });
    if (entity.kind === "message") {
      this.#body = null;
      this.#header = { lines: [], bytes: 0, parent: entity };
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
      this.#visitor.delimiter(line, after);
      if (rest === "") this.#header = { lines: [], bytes: 0, parent: entity };
      else this.#body = entity;
      return true;
    }
    return false;
  }
}

/** Lines as fields. A line that is none is left out; where strict, refused. */
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
      throw new HeaderRefused(`A line of the header is not a field: ${JSON.stringify(kept[0]?.slice(0, 60))}`);
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

function describe(fields: readonly RawField[], index: number, parent: Entity | null) {
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
  const entity: Entity = { index, type, encoding, kind, depth, signed };
  return { entity, boundary };
}
