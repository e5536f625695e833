import { type MessageVisitor, MessageWalker, type RawField } from "./message-walker.ts";
import { canonicalParameters } from "./write-header.ts";

/** 8-bit bytes, encoded words, continuations or percent codes: each parser has its own idea of these. */
const needsCare = /[\x80-\xff]|=\?|\*\s*=|\*\d/;

/**
 * The same message with the parameters of its parts (names of files above all) written in one way that every parser reads
 * (RFC 2231, UTF-8), as this package reads them. The same bytes if there is nothing to write anew.
 */
export function withReadableHeaders(raw: Uint8Array): Uint8Array {
  const out: Uint8Array[] = [];
  let changed = false;
  const write = (text: string) => out.push(Buffer.from(text, "latin1"));
  const readable = ({ name, raw: field }: RawField) => {
    if (!/^content-(?:type|disposition)$/.test(name) || !needsCare.test(field)) return field;
    changed = true;
    return canonicalParameters(field) ?? field;
  };
  const visitor: MessageVisitor = {
    header: (_, fields, blank) => {
      for (const field of fields) write(`${readable(field)}\r\n`);
      if (blank) write("\r\n");
    },
    block: (_, bytes) => {
      out.push(bytes);
      return true;
    },
    content: (_, bytes) => {
      out.push(bytes);
    },
    lineEnd: (_, end) => write(end),
    bodyEnd: () => {},
    delimiter: (line, after) => write(`${after ? "\r\n" : ""}${line}\r\n`),
  };
  const walker = new MessageWalker(visitor);
  walker.push(raw);
  walker.end();
  return changed ? Buffer.concat(out) : raw;
}
