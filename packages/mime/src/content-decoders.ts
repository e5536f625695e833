/** Reads the body of a part back into what was encoded (RFC 2045 §6). Lines may come in several pieces. */
export interface ContentDecoder {
  /** Part of a line. */
  content(bytes: Buffer): Buffer;
  lineEnd(end: string): Buffer;
  /** Whole lines, the last one without its end. False: they are to be told one by one. */
  readonly takesLines: boolean;
  end(): Buffer;
}

const nothing = Buffer.alloc(0);
/** What is held of a line that does not end. */
const LONGEST_HELD = 8192;
/** An escape, or blanks before the end of a line, may still be cut. */
const TAIL = 100;

/** The decoder for a Content-Transfer-Encoding; `null`: not one of RFC 2045's. */
export function decoderFor(encoding: string): ContentDecoder | null {
  if (encoding === "base64") return base64();
  if (encoding === "quoted-printable") return quotedPrintable();
  return /^(?:7bit|8bit|binary)$/.test(encoding) ? asItIs() : null;
}

/** Line ends stay as they are. */
export const asItIs = (): ContentDecoder => ({
  content: (bytes) => bytes,
  lineEnd: (end) => Buffer.from(end, "latin1"),
  takesLines: true,
  end: () => nothing,
});

/** What is not of the alphabet is passed over (RFC 2045 §6.8); padding ends one text, and another may follow. */
function base64(): ContentDecoder {
  let held = "";
  const decode = (text: string) =>
    text.includes("=")
      ? Buffer.concat(text.split(/=+/).map((piece) => Buffer.from(piece, "base64")))
      : Buffer.from(text, "base64");
  return {
    content: (bytes) => {
      const text = held + bytes.toString("latin1").replace(/[^A-Za-z0-9+/=]+/g, "");
      const padding = text.lastIndexOf("=") + 1;
      const whole = padding + Math.floor((text.length - padding) / 4) * 4;
      held = text.slice(whole);
      return decode(text.slice(0, whole));
    },
    lineEnd: () => nothing,
    takesLines: true,
    end: () => decode(held),
  };
}

function quotedPrintable(): ContentDecoder {
  let held = "";
  const decode = (text: string) =>
    Buffer.from(
      text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      "latin1",
    );
  /** A cut that splits no escape. */
  const cut = (text: string) => {
    const at = text.length - TAIL;
    return text.lastIndexOf("=", at) > at - 3 ? text.lastIndexOf("=", at) : at;
  };
  return {
    content: (bytes) => {
      held += bytes.toString("latin1");
      if (held.length < LONGEST_HELD) return nothing;
      const at = cut(held);
      const whole = held.slice(0, at);
      held = held.slice(at);
      return decode(whole);
    },
    lineEnd: (end) => {
      // Blanks at the end of a line were added on the way (RFC 2045 §6.7).
      const line = held.replace(/[ \t]+$/, "");
      held = "";
      return line.endsWith("=") ? decode(line.slice(0, -1)) : Buffer.concat([decode(line), Buffer.from(end, "latin1")]);
    },
    takesLines: false,
    end: () => {
      const line = held.replace(/[ \t]+$/, "").replace(/=$/, "");
      held = "";
      return decode(line);
    },
  };
}
