/** Bytes of a header block that are read. */
const HEADER_LIMIT = 256 * 1024;

/** A message's fields that name recipients. */
export interface RecipientFields {
  /** Addresses in To and Cc, as written. */
  readonly visible: readonly string[];
  /** Addresses in Bcc. */
  readonly blind: readonly string[];
  /** Positions of the Bcc fields, including their line ends. */
  readonly blindFields: readonly { readonly from: number; readonly to: number }[];
}

/**
 * The recipients in the header section (RFC 5322 §3.6.3), over all fields of these names. Resent fields are ignored, as
 * these APIs ignore them. `null`: the section does not end within 256 KiB, so we cannot tell.
 */
export function recipientFields(raw: Uint8Array): RecipientFields | null {
  const text = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, HEADER_LIMIT)).toString("latin1");
  const visible: string[] = [];
  const blind: string[] = [];
  const blindFields: { from: number; to: number }[] = [];
  let at = 0;
  while (at < text.length && !/^\r?\n/.test(text.slice(at, at + 2))) {
    let end = text.indexOf("\n", at);
    while (end >= 0 && /[ \t]/.test(text.charAt(end + 1))) end = text.indexOf("\n", end + 1);
    if (end < 0) end = text.length - 1;
    const [field, name = ""] = /^(to|cc|bcc)[ \t]*:/i.exec(text.slice(at, at + 80)) ?? [];
    if (field !== undefined) {
      const value = Buffer.from(text.slice(at + field.length, end + 1), "latin1").toString("utf8");
      if (name.toLowerCase() === "bcc") {
        blind.push(...addressesIn(value));
        blindFields.push({ from: at, to: end + 1 });
      } else {
        visible.push(...addressesIn(value));
      }
    }
    at = end + 1;
  }
  if (at >= HEADER_LIMIT) return null;
  return { visible, blind, blindFields };
}

/** Quoted strings, comments (also nested), angle brackets with their content, separators, and everything else. */
const token = /"(?:[^"\\]|\\[\s\S])*"?|\(|<|>|[,;:]|[^"(<>,;:]+/g;

/**
 * The addresses of an address list (RFC 5322 §3.4), groups opened, without names and comments. In doubt it finds one
 * too many rather than one too few: these are the addresses that a server might send to.
 */
export function addressesIn(list: string): string[] {
  const found: string[] = [];
  let plain = "";
  let angle: string | null = null;
  let bracketed = false;
  const finish = () => {
    const address = plain.trim();
    if (!bracketed && address.includes("@")) found.push(address.replace(/\s+(?=@)|(?<=@)\s+/g, ""));
    plain = "";
    bracketed = false;
  };
  for (const word of withoutComments(list).match(token) ?? []) {
    if (angle !== null) {
      if (word !== ">") {
        angle += word;
        continue;
      }
      // A source route (RFC 5322 §4.4) comes before the address.
      const address = angle.replace(/^\s*@[^:]*:/, "").replace(/\s+/g, "");
      if (address.includes("@")) found.push(address);
      angle = null;
      bracketed = true;
    } else if (word === "<") angle = "";
    else if (word === "," || word === ";") finish();
    // The text before the colon of a group is its name.
    else if (word === ":") plain = "";
    else plain += word;
  }
  if (angle?.includes("@")) found.push(angle.replace(/\s+/g, ""));
  finish();
  return found;
}

/** Comments may be nested and may hold quoted pairs; a quoted string holds no comment. */
function withoutComments(list: string): string {
  let depth = 0;
  let quoted = false;
  let kept = "";
  for (let at = 0; at < list.length; at += 1) {
    const letter = list.charAt(at);
    if (letter === "\\" && (quoted || depth > 0)) {
      if (depth === 0) kept += list.slice(at, at + 2);
      at += 1;
    } else if (letter === '"' && depth === 0) {
      quoted = !quoted;
      kept += letter;
    } else if (letter === "(" && !quoted) depth += 1;
    else if (letter === ")" && depth > 0) depth -= 1;
    else if (depth === 0) kept += letter;
  }
  return kept;
}
