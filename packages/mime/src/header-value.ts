import libmime from "libmime";

/** Longest raw value that is decoded: decoding is quadratic on hostile input, and no person reads more. */
const VALUE_LIMIT = 16 * 1024;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });
const western = new TextDecoder("windows-1252");

const notAscii = /[\x80-\xff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: this removes control characters
const controls = /[\x00-\x1f\x7f]+/g;

/** Raw 8-bit bytes as UTF-8 (RFC 6532) if valid, else as windows-1252, in which every byte is a character. */
function decodeBytes(latin1: string): string {
  const bytes = Buffer.from(latin1, "latin1");
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return western.decode(bytes);
  }
}

/**
 * A header value for people: unfolded (RFC 5322 §2.2.3), encoded words decoded (RFC 2047), no control characters,
 * at most `limit` characters.
 */
export function headerText(folded: string, limit: number): string {
  let value = folded.length > VALUE_LIMIT ? folded.slice(0, VALUE_LIMIT) : folded;
  if (notAscii.test(value)) value = decodeBytes(value);
  controls.lastIndex = 0;
  if (controls.test(value)) value = value.replace(/\r?\n(?=[ \t])/g, "").replace(controls, " ");
  if (value.includes("=?")) value = libmime.decodeWords(value).replace(controls, " ");
  value = value.trim();
  return value.length > limit ? `${value.slice(0, limit - 1)}…` : value;
}
