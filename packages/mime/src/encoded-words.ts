import { decodeCharset, guessText } from "./charset.ts";

/** An encoded word in a header (RFC 2047 §2). */
export interface EncodedWord {
  readonly charset: string;
  readonly encoding: string;
  readonly text: string;
  /** Index behind its end. */
  readonly end: number;
}

/** RFC 2047 §2 allows 75 characters; senders write whole subjects into one word. */
const LONGEST_WORD = 4096;
const head = /=\?([^?=\s<>"(),]{1,64})\?([bq])\?/iy;

/** The encoded word that begins at `at`; `null` if none does. Blanks and 8-bit bytes in it are taken as meant. */
export function encodedWordAt(value: string, at: number): EncodedWord | null {
  head.lastIndex = at;
  const match = head.exec(value);
  if (!match) return null;
  const from = head.lastIndex;
  const end = value.slice(from, from + LONGEST_WORD).indexOf("?=");
  if (end < 0) return null;
  const text = value.slice(from, from + end);
  const next = text.indexOf("=?");
  // The end belongs to a later word: this one has none.
  if (next >= 0 && encodedHeadAt(text, next)) return null;
  // RFC 2231 §5: the language stands behind a star.
  const charset = (match[1] as string).split("*")[0] as string;
  return { charset, encoding: (match[2] as string).toLowerCase(), text, end: from + end + 2 };
}

function encodedHeadAt(text: string, at: number): boolean {
  head.lastIndex = at;
  return head.test(text);
}

/**
 * A header value as text: encoded words decoded (RFC 2047), all other bytes guessed. `value` has one character per byte.
 * Words that follow each other are one text, also where a character is split between them. `fallback` is the charset of
 * bytes that are neither ASCII nor UTF-8.
 */
export function decodeWords(value: string, fallback?: string): string {
  if (!value.includes("=?")) return plain(value, fallback);
  let text = "";
  let from = 0;
  let open: { charset: string; bytes: Buffer[] } | null = null;
  const close = () => {
    if (open) text += decodeCharset(Buffer.concat(open.bytes), open.charset, fallback);
    open = null;
  };
  for (let at = value.indexOf("=?"); at >= 0; at = value.indexOf("=?", at)) {
    const word = encodedWordAt(value, at);
    if (!word) {
      at += 2;
      continue;
    }
    const between = value.slice(from, at);
    if (!open || /[^ \t\r\n]/.test(between)) {
      close();
      text += plain(between, fallback);
    }
    const charset = word.charset.toLowerCase();
    const current = open as { charset: string; bytes: Buffer[] } | null;
    // Each word of these begins in ASCII (RFC 1468): joined, they would switch twice.
    if (current && (current.charset !== charset || charset.startsWith("iso-2022"))) close();
    const bytes = bytesOf(word);
    if (open) (open as { bytes: Buffer[] }).bytes.push(bytes);
    else open = { charset, bytes: [bytes] };
    from = at = word.end;
  }
  close();
  return text + plain(value.slice(from), fallback);
}

function plain(latin1: string, fallback?: string): string {
  return /[\x80-\xff]/.test(latin1) ? guessText(Buffer.from(latin1, "latin1"), fallback) : latin1;
}

function bytesOf({ charset, encoding, text }: EncodedWord): Buffer {
  if (encoding === "b") return base64Bytes(text);
  const decoded = text
    // Raw UTF-8 in a word of Latin-1 was put there by another program.
    .replace(/[\x80-\xff]+/g, (raw) => (/^(?:iso-8859-1|windows-1252|us-ascii)$/i.test(charset) ? inLatin1(raw) : raw))
    .replaceAll("_", " ")
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, "latin1");
}

/** UTF-8 as Latin-1, where that has its characters; else as it is. */
function inLatin1(raw: string): string {
  const text = Buffer.from(raw, "latin1").toString("utf8");
  return /^[\xa0-\xff]+$/.test(text) ? text : raw;
}

/** Each piece between padding is decoded by itself: programs join words that were encoded one by one. */
function base64Bytes(text: string): Buffer {
  const clean = text.replace(/[^A-Za-z0-9+/=_-]/g, "");
  const pieces = clean.match(/[^=]+/g) ?? [];
  return pieces.length === 1
    ? Buffer.from(pieces[0] as string, "base64")
    : Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64")));
}
