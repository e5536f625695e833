import { decodeWords } from "./encoded-words.ts";

/** Longest raw text that is decoded: no person reads more. */
const TEXT_LIMIT = 16 * 1024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: this removes control characters
const controls = /[\x00-\x1f\x7f-\x9f]+/g;

/** A raw value without its folds (RFC 5322 §2.2.3), one character per byte. */
export function unfold(value: string): string {
  return value.includes("\n") || value.includes("\r")
    ? value.replace(/\r?\n(?=[ \t])/g, "").replace(/[\r\n]+/g, " ")
    : value;
}

/** Text for people: no control characters, no half characters, at most `limit` characters. */
export function shownText(text: string, limit: number): string {
  const clean = text.replace(controls, " ").trim();
  return (clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean).toWellFormed();
}

/**
 * A header value for people: unfolded, encoded words decoded (RFC 2047), no control characters, at most `limit`
 * characters. `fallback` is the charset of bytes that are neither ASCII nor UTF-8, windows-1252 unless given.
 */
export function headerText(folded: string, limit: number, fallback?: string): string {
  return shownText(decodeWords(unfold(folded.slice(0, TEXT_LIMIT)), fallback), limit);
}
