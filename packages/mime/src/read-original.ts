import { type MessageVisitor, MessageWalker } from "./message-walker.ts";
import { type MessageHeaders, readHeaders } from "./read-headers.ts";

const nothing = () => {};
/** What Exchange and others do against RFC 2046 §5.2.1: the attached message is encoded. So much of it is decoded. */
const MOST_ENCODED = 64 * 1024;
const LOOKED_AT = 256 * 1024;
const SLICE = 16 * 1024;
/** Without these words no message is attached, and the parts need not be taken apart. */
const attaching = /message[ \t\r\n]*\/[ \t\r\n]*rfc822|\/[ \t\r\n]*digest/i;
/** The original stands among the first parts. */
const MOST_PARTS = 200;

/**
 * The header of the first message that is attached to this one (`message/rfc822`): the original, where people forward as
 * attachment. `null` if none is attached. Looks at 256 KiB at most.
 */
export function readOriginal(raw: Uint8Array): MessageHeaders | null {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, LOOKED_AT));
  if (!attaching.test(bytes.toString("latin1"))) return null;
  let attached: { depth: number; index: number; encoding: string } | null = null;
  let header: string | null = null;
  let encoded = "";
  let parts = 0;
  const visitor: MessageVisitor = {
    header: ({ depth, index, type, encoding, kind }, fields) => {
      parts += 1;
      if (attached && index === attached.index + 1 && attached.encoding === "")
        header ??= fields.map((field) => `${field.raw}\r\n`).join("");
      if (!attached && type === "message/rfc822")
        attached = { depth, index, encoding: kind === "leaf" ? encoding : "" };
    },
    content: ({ index }, bytes) => {
      if (attached?.index === index && attached.encoding !== "" && encoded.length < MOST_ENCODED)
        encoded += bytes.toString("latin1");
    },
    lineEnd: ({ index }) => {
      if (attached?.index === index) encoded += "\r\n";
    },
    bodyEnd: nothing,
    delimiter: nothing,
  };
  const walker = new MessageWalker(visitor);
  for (let at = 0; at < LOOKED_AT && header === null && parts < MOST_PARTS; at += SLICE)
    walker.push(raw.subarray(at, Math.min(at + SLICE, LOOKED_AT)));
  if (header === null && parts < MOST_PARTS) walker.end();
  if (header !== null) return readHeaders(Buffer.from(`${header as string}\r\n`, "latin1"));
  const decoded = encoded === "" || !attached ? null : decode(encoded, (attached as { encoding: string }).encoding);
  return decoded && readHeaders(decoded);
}

function decode(text: string, encoding: string): Buffer | null {
  if (encoding === "base64") return Buffer.from(text, "base64");
  if (encoding !== "quoted-printable") return null;
  const decoded = text
    .replace(/[ \t]*=\r\n/g, "")
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, "latin1");
}
