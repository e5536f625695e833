import { asItIs, type ContentDecoder, decoderFor } from "./content-decoders.ts";
import { givingWay } from "./give-way.ts";
import { type Entity, type MessageVisitor, MessageWalker, type RawField } from "./message-walker.ts";
import { parseParameters } from "./parameters.ts";

/** A part of a message that can stand beside it: a file, an image that the text shows, or an attached message. */
export interface Attachment {
  /** Its place among the parts, by which it is chosen. */
  readonly index: number;
  /** As a person reads it; made up where the part has none. */
  readonly name: string;
  /** `image/png`, lower case. */
  readonly type: string;
  /** Without its angle brackets (RFC 2392); `null`: nothing in the message can name it. */
  readonly contentId: string | null;
  /** The text shows it. */
  readonly inline: boolean;
  /** Bytes of its content, decoded. */
  readonly size: number;
  /** Bytes of its content as the message has it. */
  readonly written: number;
}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
type Described = Omit<Attachment, "size" | "written">;

const CRLF = Buffer.from("\r\n");
const LONGEST_NAME = 200;
const MOST_ATTACHMENTS = 10_000;
/** What is inside these is one whole: it is signed, encrypted, or read by programs (RFC 1847, 3462). */
const wholes = /^multipart\/(?:signed|encrypted|report)$/;

/** All parts that could stand beside a message, in its order. Throws `UnsendableMessage` for a header that is none. */
export async function readAttachments(pieces: Pieces): Promise<Attachment[]> {
  const found: { part: Described; size: number; written: number }[] = [];
  const byIndex = new Map<number, (typeof found)[number]>();
  const divider = new Divider(
    (part) => {
      if (found.length >= MOST_ATTACHMENTS) return false;
      const entry = { part, size: 0, written: 0 };
      found.push(entry);
      byIndex.set(part.index, entry);
      return true;
    },
    (of, bytes, written) => {
      const entry = of === null ? undefined : byIndex.get(of);
      if (!entry) return;
      entry.size += bytes.length;
      entry.written += written;
    },
  );
  for await (const piece of givingWay(pieces)) divider.push(piece);
  divider.end();
  return found.map(({ part, size, written }) => ({ ...part, size, written }));
}

/**
 * The message without these parts. A multipart that would have none left keeps an empty text. All that stays keeps its
 * bytes, but lines between parts end with CRLF.
 */
export async function* withoutAttachments(pieces: Pieces, chosen: ReadonlySet<number>): AsyncGenerator<Buffer> {
  let out: Buffer[] = [];
  const divider = new Divider(
    ({ index }) => chosen.has(index),
    (of, bytes) => {
      if (of === null) out.push(bytes);
    },
  );
  for await (const piece of givingWay(pieces)) {
    divider.push(piece);
    if (out.length > 0) yield Buffer.concat(out);
    out = [];
  }
  divider.end();
  yield Buffer.concat(out);
}

/** The decoded content of these parts, in the order of the message, each in pieces. */
export async function* contentOfAttachments(
  pieces: Pieces,
  chosen: ReadonlySet<number>,
): AsyncGenerator<{ readonly index: number; readonly bytes: Buffer }> {
  let out: { index: number; bytes: Buffer }[] = [];
  const divider = new Divider(
    ({ index }) => chosen.has(index),
    (of, bytes) => {
      if (of !== null && bytes.length > 0) out.push({ index: of, bytes });
    },
  );
  for await (const piece of givingWay(pieces)) {
    divider.push(piece);
    yield* out;
    out = [];
  }
  divider.end();
  yield* out;
}

/** A line between parts that is written when the next part turns out to stay. */
interface Between {
  pending: { readonly line: string; readonly after: boolean } | null;
  kept: number;
}

interface Level {
  readonly entity: Entity;
  /** The part that was chosen and of which this is. */
  readonly of: number | null;
  readonly between: Between;
}

/** Sends each byte of a message where it belongs: to a part that was chosen, decoded, or to the message (`null`). */
class Divider {
  readonly #walker: MessageWalker;
  readonly #choose: (part: Described) => boolean;
  readonly #put: (of: number | null, bytes: Buffer, written: number) => void;
  /** The part that is read and those around it. */
  readonly #path: Level[] = [];
  #decoder: ContentDecoder = asItIs();

  constructor(choose: (part: Described) => boolean, put: (of: number | null, bytes: Buffer, written: number) => void) {
    this.#choose = choose;
    this.#put = put;
    const at = (entity: Entity) => this.#path[entity.depth]?.of ?? null;
    const visitor: MessageVisitor = {
      header: (entity, fields, blank) => this.#header(entity, fields, blank),
      block: (entity, bytes) => {
        if (!this.#decoder.takesLines || bytes.at(-2) !== 13) return false;
        put(at(entity), this.#decoder.content(bytes.subarray(0, -2)), bytes.length - 2);
        return true;
      },
      content: (entity, bytes) => put(at(entity), this.#decoder.content(bytes), bytes.length),
      lineEnd: (entity, end) => put(at(entity), this.#decoder.lineEnd(end), end.length),
      bodyEnd: (entity) => {
        put(at(entity), this.#decoder.end(), 0);
        this.#decoder = asItIs();
      },
      delimiter: (line, after, of, last) => this.#delimiter(line, after, of, last),
    };
    this.#walker = new MessageWalker(visitor, { strict: true });
  }

  push(piece: Uint8Array): void {
    this.#walker.push(piece);
  }

  end(): void {
    this.#walker.end();
  }

  #header(entity: Entity, fields: readonly RawField[], blank: boolean): void {
    this.#path.length = entity.depth;
    const parent = this.#path.at(-1);
    const around = parent?.of ?? null;
    const part =
      around === null
        ? describe(
            entity,
            fields,
            this.#path.map((one) => one.entity),
          )
        : null;
    const chosen = part !== null && this.#choose(part);
    this.#path.push({ entity, of: chosen ? entity.index : around, between: { pending: null, kept: 0 } });
    this.#decoder = (chosen && entity.kind === "leaf" && decoderFor(entity.encoding)) || asItIs();
    if (chosen) return;
    if (parent) this.#keep(parent.between, around);
    if (fields.length === 0 && !blank) return;
    const lines = `${fields.map(({ raw }) => `${raw}\r\n`).join("")}\r\n`;
    this.#write(around, Buffer.from(lines, "latin1"));
  }

  #keep(between: Between, of: number | null): void {
    between.kept += 1;
    if (between.pending) this.#line(of, between.pending.line, between.pending.after);
    between.pending = null;
  }

  #delimiter(line: string, after: boolean, entity: Entity, last: boolean): void {
    const { of, between } = this.#path[entity.depth] as Level;
    this.#decoder = asItIs();
    // What stood before a part that is gone stands before the next one.
    const behind = between.pending?.after ?? after;
    if (!last) {
      between.pending = { line, after: behind };
      return;
    }
    if (between.pending && between.kept === 0) {
      this.#keep(between, of);
      this.#write(of, Buffer.from("Content-Type: text/plain\r\n\r\n"));
      this.#line(of, line, true);
    } else this.#line(of, line, behind);
    between.pending = null;
  }

  #line(of: number | null, line: string, after: boolean): void {
    if (after) this.#write(of, CRLF);
    this.#write(of, Buffer.from(`${line}\r\n`, "latin1"));
  }

  #write(of: number | null, bytes: Buffer): void {
    this.#put(of, bytes, bytes.length);
  }
}

/** What can be said of a part if it can stand beside its message; `null` if it cannot. */
function describe(entity: Entity, fields: readonly RawField[], around: readonly Entity[]): Described | null {
  const { index, kind, type, encoding, signed } = entity;
  const parent = around.at(-1);
  if (!parent || kind === "multipart" || signed || (kind === "leaf" && !decoderFor(encoding))) return null;
  if (around.some((one) => one.kind === "message" || wholes.test(one.type))) return null;
  const read = (name: string) => {
    const field = fields.find((each) => each.name === name);
    return field?.raw.slice(field.raw.indexOf(":") + 1) ?? "";
  };
  const disposition = parseParameters(read("content-disposition"));
  const written =
    disposition.parameters.get("filename") ?? parseParameters(read("content-type")).parameters.get("name");
  const contentId = /<\s*([^<>\s]{1,500})\s*>/.exec(read("content-id"))?.[1] ?? null;
  const isFile = disposition.value === "attachment" || written !== undefined || kind === "message";
  const isShown = contentId !== null && !type.startsWith("text/");
  // One of several ways to say the same is no file (RFC 2046 §5.1.4).
  if (parent.type === "multipart/alternative" || !(isFile || isShown || !/^text\//.test(type))) return null;
  const name = cleanName(written ?? "") || (kind === "message" ? "message.eml" : "attachment");
  return { index, name, type, contentId, inline: contentId !== null && disposition.value !== "attachment" };
}

/** No control characters, and no characters that lead into another folder. */
function cleanName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this removes control characters
  const clean = name.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").replace(/[\\/]+/g, "_");
  return [...clean.trim()].slice(0, LONGEST_NAME).join("");
}
