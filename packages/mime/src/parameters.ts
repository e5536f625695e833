import { decodeCharset, guessText } from "./charset.ts";
import { decodeWords } from "./encoded-words.ts";
import { unfold } from "./header-value.ts";

/** A field such as Content-Type: its value and its parameters, names in lower case. */
export interface Parameterized {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const parameter = /;[\s;]*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"?|([^;]*))/g;
const MOST_PARAMETERS = 200;

/**
 * Reads a field with parameters (RFC 2045 §5.1): continuations, charset and language (RFC 2231), encoded words in values
 * (not allowed, usual all the same) and 8-bit bytes. `field` has one character per byte.
 */
export function parseParameters(field: string, fallback?: string): Parameterized {
  const text = unfold(field).slice(0, 64 * 1024);
  const semicolon = text.indexOf(";");
  const value = (semicolon < 0 ? text : text.slice(0, semicolon))
    .replace(/\([^()]*\)/g, "")
    .trim()
    .toLowerCase();
  const plain = new Map<string, string>();
  const pieces = new Map<string, { index: number; encoded: boolean; text: string }[]>();
  let count = 0;
  for (const [, rawName = "", quoted, token] of text.slice(Math.max(0, semicolon)).matchAll(parameter)) {
    if (++count > MOST_PARAMETERS) break;
    const name = rawName.toLowerCase();
    const written =
      quoted === undefined ? (token ?? "").replace(/\s\([^()]*\)\s*$/, "").trim() : quoted.replace(/\\(["\\])/g, "$1");
    const extended = /^([^*]+)(?:\*(\d{1,4}))?(\*?)$/.exec(name);
    const [, base = name, index, star] = extended ?? [];
    if (index === undefined && star !== "*") {
      if (!plain.has(name)) plain.set(name, decodeWords(written, fallback));
      continue;
    }
    const list = pieces.get(base) ?? [];
    list.push({ index: Number(index ?? -1), encoded: star === "*", text: written });
    pieces.set(base, list);
  }
  // RFC 6266 §4.3 for the same in HTTP: the extended form is the better one.
  for (const [name, list] of pieces) plain.set(name, joinPieces(list, fallback));
  return { value, parameters: plain };
}

/** RFC 2231 §3 and §4: the charset stands in the first piece, and holds for all that are percent-encoded. */
function joinPieces(list: { index: number; encoded: boolean; text: string }[], fallback: string | undefined): string {
  const numbered = list.filter(({ index }) => index >= 0).sort((a, b) => a.index - b.index);
  const chosen = list.find(({ index }) => index < 0);
  const ordered = chosen ? [chosen] : numbered;
  let charset = "";
  const bytes = ordered.map(({ encoded, text }, at) => {
    if (!encoded) return Buffer.from(text, "latin1");
    const [, label, rest = text] = (at === 0 && /^([^']*)'[^']*'([\s\S]*)$/.exec(text)) || [];
    charset = label ?? charset;
    return Buffer.from(
      rest.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      "latin1",
    );
  });
  const joined = Buffer.concat(bytes);
  if (ordered.some(({ encoded }) => encoded)) return decodeCharset(joined, charset, fallback);
  // Encoded words cut into pieces: seen from senders that do both at once.
  const text = joined.toString("latin1");
  return text.includes("=?") ? decodeWords(text, fallback) : guessText(joined, fallback);
}
