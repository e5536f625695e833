import { LONGEST_LINE } from "./write-header.ts";

/** Writes the content of one part in another way. Lines and line ends come as in the message; pieces end anywhere. */
export interface BodyEncoder {
  content(bytes: Buffer): Buffer;
  lineEnd(end: string): Buffer;
  end(): Buffer;
}

const CRLF = Buffer.from("\r\n");
const NOTHING = Buffer.alloc(0);
const WIDTH = 76;

/** Leaves everything as it is, but for line ends. */
export const asItIs: BodyEncoder = { content: (bytes) => bytes, lineEnd: () => CRLF, end: () => NOTHING };

const hex = Array.from({ length: 256 }, (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`);

/** Puts units side by side, and breaks the line before one that would make it longer than 76 characters. */
function softLines() {
  let column = 0;
  return {
    put: (unit: string) => {
      const broken = column + unit.length > WIDTH - 1;
      column = broken ? unit.length : column + unit.length;
      return broken ? `=\r\n${unit}` : unit;
    },
    newLine: () => {
      column = 0;
    },
  };
}

/** Quoted-printable (RFC 2045 §6.7) of text, in lines of at most 76 characters. */
export function quotedPrintable(): BodyEncoder {
  const { put, newLine } = softLines();
  /** A blank that is encoded if the line ends behind it. */
  let blank = "";
  return {
    content: (bytes) => {
      let text = "";
      for (const byte of bytes) {
        if (blank) text += put(blank);
        blank = byte === 32 || byte === 9 ? String.fromCharCode(byte) : "";
        if (!blank)
          text += put(byte > 32 && byte < 127 && byte !== 61 ? String.fromCharCode(byte) : (hex[byte] as string));
      }
      return Buffer.from(text, "latin1");
    },
    lineEnd: () => {
      const text = blank ? put(hex[blank.charCodeAt(0)] as string) : "";
      blank = "";
      newLine();
      return Buffer.from(`${text}\r\n`, "latin1");
    },
    end: () => {
      const text = blank ? put(hex[blank.charCodeAt(0)] as string) : "";
      return Buffer.from(text, "latin1");
    },
  };
}

/** Text that is quoted-printable already, and has 8-bit bytes or long lines all the same. */
export function mendedQuotedPrintable(): BodyEncoder {
  const { put, newLine } = softLines();
  let held = "";
  return {
    content: (bytes) => {
      let text = "";
      for (const byte of bytes) {
        if (held.length > 0 || byte === 61) {
          held += String.fromCharCode(byte);
          if (held.length < 3) continue;
          text += put(/^=[0-9a-f]{2}$/i.test(held) ? held : [...held].map((one) => hex[one.charCodeAt(0)]).join(""));
          held = "";
        } else
          text += put(byte < 127 && (byte >= 32 || byte === 9) ? String.fromCharCode(byte) : (hex[byte] as string));
      }
      return Buffer.from(text, "latin1");
    },
    lineEnd: () => {
      const soft = /^=[ \t]?$/.test(held);
      const text = held !== "" && !soft ? put([...held].map((one) => hex[one.charCodeAt(0)]).join("")) : "";
      held = "";
      newLine();
      return Buffer.from(`${text}${soft ? "=" : ""}\r\n`, "latin1");
    },
    end: () => NOTHING,
  };
}

/** Base64 (RFC 2045 §6.8) of bytes: of text its line ends are CRLF, of anything else they are bytes like others. */
export function base64(isText: boolean): BodyEncoder {
  /** Bytes of one line of 76 characters. */
  const size = 57;
  let held: Buffer = NOTHING;
  const content = (bytes: Buffer) => {
    const all = Buffer.concat([held, bytes]);
    const whole = all.length - (all.length % size);
    held = Buffer.from(all.subarray(whole));
    return lines(all.subarray(0, whole).toString("base64"));
  };
  return {
    content,
    lineEnd: (end) => content(isText ? CRLF : Buffer.from(end, "latin1")),
    end: () => Buffer.from(held.toString("base64"), "latin1"),
  };
}

/** Base64 in lines that are too long: its letters in lines of 76. */
export function rewrappedBase64(): BodyEncoder {
  let held = "";
  return {
    content: (bytes) => {
      const all = held + bytes.toString("latin1").replace(/[^A-Za-z0-9+/=]/g, "");
      const whole = all.length - (all.length % WIDTH);
      held = all.slice(whole);
      return lines(all.slice(0, whole));
    },
    lineEnd: () => NOTHING,
    end: () => Buffer.from(held, "latin1"),
  };
}

/** What stands around the parts of a multipart, which nobody reads (RFC 2046 §5.1.1). */
export function scrubbed(): BodyEncoder {
  let column = 0;
  return {
    content: (bytes) => {
      let text = "";
      // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL may not be sent (RFC 5322 §2.2).
      for (const letter of bytes.toString("latin1").replace(/[\x00\x80-\xff]/g, "?")) {
        text += column++ < LONGEST_LINE ? letter : `\r\n${letter}`;
        if (column > LONGEST_LINE) column = 1;
      }
      return Buffer.from(text, "latin1");
    },
    lineEnd: () => {
      column = 0;
      return CRLF;
    },
    end: () => NOTHING,
  };
}

function lines(letters: string): Buffer {
  let text = "";
  for (let at = 0; at < letters.length; at += WIDTH) text += `${letters.slice(at, at + WIDTH)}\r\n`;
  return Buffer.from(text, "latin1");
}
