import {
  asItIs,
  type BodyEncoder,
  base64,
  mendedQuotedPrintable,
  quotedPrintable,
  rewrappedBase64,
  scrubbed,
} from "./body-encoders.ts";
import { givingWay } from "./give-way.ts";
import { type Entity, type MessageVisitor, MessageWalker, type RawField } from "./message-walker.ts";
import { found, type MessageFacts } from "./scan-message.ts";
import { legalField } from "./write-header.ts";

const CRLF = Buffer.from("\r\n");

/** How a part is written anew. `encoding` takes the place of its Content-Transfer-Encoding. */
interface Plan {
  readonly encoder: BodyEncoder;
  readonly encoding: string | null;
}

const unchanged: Plan = { encoder: asItIs, encoding: null };

/**
 * Writes a message anew as its facts ask for: lines of at most 998 bytes that end with CRLF, no NUL, headers in ASCII, and
 * with `sevenBit` no byte above 127. Parts that need it become quoted-printable (text) or base64; the others keep their
 * bytes, as do multiparts and attached messages, which may not be encoded themselves (RFC 2045 §6.4). Takes pieces that
 * end anywhere.
 */
export class MessageRewriter {
  readonly #walker: MessageWalker;
  readonly #facts: MessageFacts;
  readonly #sevenBit: boolean;
  #out: Buffer[] = [];
  #encoder: BodyEncoder = asItIs;

  constructor(facts: MessageFacts, { sevenBit }: { sevenBit: boolean }) {
    this.#facts = facts;
    this.#sevenBit = sevenBit;
    const put = (bytes: Buffer) => {
      if (bytes.length > 0) this.#out.push(bytes);
    };
    const visitor: MessageVisitor = {
      header: (entity, fields, blank) => this.#header(entity, fields, blank),
      content: (_, bytes) => put(this.#encoder.content(bytes)),
      lineEnd: (_, end) => put(this.#encoder.lineEnd(end)),
      bodyEnd: ({ kind }) => {
        put(this.#encoder.end());
        // What follows the parts of a multipart.
        this.#encoder = kind === "multipart" ? scrubbed() : asItIs;
      },
      delimiter: (line, after) => {
        if (after) put(CRLF);
        put(Buffer.from(`${line}\r\n`, "latin1"));
        this.#encoder = scrubbed();
      },
    };
    this.#walker = new MessageWalker(visitor, { strict: true });
  }

  push(piece: Uint8Array): Buffer[] {
    this.#walker.push(piece);
    return this.#take();
  }

  end(): Buffer[] {
    this.#walker.end();
    return this.#take();
  }

  #take(): Buffer[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #header(entity: Entity, fields: readonly RawField[], blank: boolean): void {
    const { encoder, encoding } = this.#plan(entity);
    this.#encoder = encoder;
    if (fields.length === 0 && !blank && encoding === null) return;
    const lines: string[] = [];
    for (const field of fields) {
      if (encoding !== null && field.name === "content-transfer-encoding") continue;
      const legal = legalField(field);
      if (legal !== null) lines.push(legal);
    }
    if (encoding !== null) {
      if (entity.index === 0 && !fields.some(({ name }) => name === "mime-version")) lines.push("MIME-Version: 1.0");
      lines.push(`Content-Transfer-Encoding: ${encoding}`);
    }
    this.#out.push(Buffer.from(`${lines.map((line) => `${line}\r\n`).join("")}\r\n`, "latin1"));
  }

  #plan({ index, kind, type, encoding }: Entity): Plan {
    const bits = this.#facts.parts[index] ?? 0;
    const eightBit = this.#sevenBit && (bits & found.eightBit) !== 0;
    if (kind !== "leaf") {
      // The label of a whole says the most that its parts have (RFC 2045 §6.4): nothing of it is left.
      const label = this.#sevenBit && encoding !== "7bit" ? "7bit" : null;
      return { encoder: kind === "multipart" ? scrubbed() : asItIs, encoding: label };
    }
    if (!eightBit && (bits & found.illegal) === 0) return unchanged;
    if (encoding === "base64") return { encoder: rewrappedBase64(), encoding: null };
    if (encoding === "quoted-printable") return { encoder: mendedQuotedPrintable(), encoding: null };
    const isText = type.startsWith("text/") || type.startsWith("message/");
    return isText && encoding !== "binary"
      ? { encoder: quotedPrintable(), encoding: "quoted-printable" }
      : { encoder: base64(isText), encoding: "base64" };
  }
}

/** A message in memory written anew. */
export function rewriteMessage(raw: Uint8Array, facts: MessageFacts, options: { sevenBit: boolean }): Buffer {
  const rewriter = new MessageRewriter(facts, options);
  return Buffer.concat([...rewriter.push(raw), ...rewriter.end()]);
}

/** A message that is written anew while it is read. */
export async function* rewriteStream(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  facts: MessageFacts,
  options: { sevenBit: boolean },
): AsyncGenerator<Buffer> {
  const rewriter = new MessageRewriter(facts, options);
  for await (const piece of givingWay(pieces)) yield Buffer.concat(rewriter.push(piece));
  yield Buffer.concat(rewriter.end());
}
