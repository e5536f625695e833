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
const LONGEST_FIELD = 32 * 1024;

/**
 * Reads a field with parameters (RFC 2045 §5.1): continuations, charset and language (RFC 2231), encoded words in values
 * (not allowed, usual all the same) and 8-bit bytes. `field` has one character per byte.
 */
export function parseParameters(field: string, fallback?: string): Parameterized {
  const text = unfold(field.slice(0, LONGEST_FIELD));
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

/** RFC 2231 §3 and §4: the first piece names the charset, which applies to all that are percent-encoded. */
function joinPieces(list: { index: number; encoded: boolean; text: string }[], fallback: string | undefined): string {
  const numbered = list.filter(({ index }) => index >= 0).sort((a, b) => a.index - b.index);
  const chosen = list.find(({ index }) => index < 0);
  const ordered = chosen ? [chosen] : numbered;
  let charset = "";
  let text = "";
  let held: Buffer[] = [];
  const close = () => {
    text += decodeCharset(Buffer.concat(held), charset, fallback);
    held = [];
  };
  for (const [at, piece] of ordered.entries()) {
    if (!piece.encoded) {
      close();
      text += guessText(Buffer.from(piece.text, "latin1"), fallback);
      continue;
    }
    const [, label, rest = piece.text] = (at === 0 && /^([^']*)'[^']*'([\s\S]*)$/.exec(piece.text)) || [];
    charset = label ?? charset;
    const bytes = rest.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    // A character may be split between two pieces.
    held.push(Buffer.from(bytes, "latin1"));
  }
  close();
  if (ordered.some(({ encoded }) => encoded)) return text;
  // Encoded words cut into pieces: seen from senders that do both at once.
  return decodeWords(ordered.map((piece) => piece.text).join(""), fallback);
}
