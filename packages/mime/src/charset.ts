import { isAscii, isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import libmime from "libmime";

/** Labels that senders use and the Encoding Standard does not have. */
const aliases: Readonly<Record<string, string>> = {
  utf8mb4: "utf-8",
  "utf-8n": "utf-8",
  cp932: "shift_jis",
  cp936: "gbk",
  cp949: "euc-kr",
  cp950: "big5",
  "iso-8859-1-windows-3.0-latin-1": "windows-1252",
  "windows-1252http-equivcontent-type": "windows-1252",
};

const decoders = new Map<string, TextDecoder | null>();

/** A decoder for a label of the Encoding Standard or an alias; `null` if there is none. */
function decoderOf(label: string): TextDecoder | null {
  const name = label.toLowerCase();
  const known = decoders.get(name);
  if (known !== undefined) return known;
  let decoder: TextDecoder | null;
  try {
    decoder = new TextDecoder(aliases[name] ?? name, { ignoreBOM: true });
  } catch {
    decoder = null;
  }
  // Labels come from messages: what is remembered of them must not grow without end.
  if (decoders.size < 200) decoders.set(name, decoder);
  return decoder;
}

/**
 * Bytes as text. What the label says holds where it can: bytes that are not ASCII under the label ASCII, bytes that are
 * not valid UTF-8 under the label UTF-8, and those under an unknown label are guessed (`guessText`). Never throws.
 */
export function decodeCharset(bytes: Uint8Array, label: string, fallback = "windows-1252"): string {
  if (isAscii(bytes) && !/^(?:utf-?(?:7|16|32)|iso-2022|hz-|unicode-1-1)|^(?:x-)?imap/i.test(label))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (/^(?:utf-?8.*|us-ascii|ascii|ansi_x3\..*|unknown.*|x-unknown|default.*|binary|7bit|8bit|)$/i.test(label))
    return guessText(bytes, fallback);
  const decoder = decoderOf(label);
  if (decoder) return decoder.decode(bytes);
  const rare = rareCharset(bytes, label);
  return rare ?? guessText(bytes, fallback);
}

/** UTF-7, the code pages of DOS and other charsets that browsers do not have. `null`: unknown. */
function rareCharset(bytes: Uint8Array, label: string): string | null {
  if (!/^[\w.:+-]{1,40}$/.test(label)) return null;
  const word = `=?${label}?B?${Buffer.from(bytes).toString("base64")}?=`;
  try {
    const decoded = libmime.decodeWords(word);
    return decoded === word || decoded.includes("\ufffd") ? null : decoded;
  } catch {
    return null;
  }
}

/**
 * Bytes of which nobody says what they are: UTF-8 where they are valid as such (RFC 6532), all others in the fallback
 * charset. So a text that two programs wrote, each in its own charset, can be read to its end.
 */
export function guessText(bytes: Uint8Array, fallback = "windows-1252"): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString("utf8");
  const decoder = decoderOf(fallback) ?? (decoderOf("windows-1252") as TextDecoder);
  // A charset of several bytes a character cannot be taken apart.
  if (!isSingleByte(decoder.encoding)) return decoder.decode(buffer);
  let text = "";
  let from = 0;
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceLength(buffer, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += buffer.toString("utf8", from, at) + decoder.decode(buffer.subarray(at, at + 1));
    from = at += 1;
  }
  return text + buffer.toString("utf8", from);
}

/** True where each byte is a character. */
function isSingleByte(encoding: string): boolean {
  return /^(?:iso-8859|windows|koi8|macintosh|x-mac|ibm866)/.test(encoding);
}

/** Bytes of the UTF-8 sequence that begins here; 0 if none does (RFC 3629 §4). */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return first >= 0xc2 && first <= 0xf4 && isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length
    ? length
    : 0;
}
