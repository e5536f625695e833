/** What a document says, in order. Names are without their prefix. */
export type XmlEvent =
  | { readonly type: "open"; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  /** In pieces, as it arrives. */
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "close"; readonly name: string };

/** What is not XML, or more than a server of mail would say. */
export class XmlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "XmlError";
  }
}

/** A tag, a comment or an instruction has so many characters at most. */
const longestTag = 16_384;
const mostAttributes = 64;
const mostElements = 200_000;
const deepest = 64;

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
/** What runs from a beginning to an end and says nothing. */
const silent = [
  ["<!--", "-->"],
  ["<?", "?>"],
] as const;
const cdata = "<![CDATA[";

/** Reads a document piece by piece and holds no more of it than one tag. */
export interface XmlReader {
  /** What these bytes add. Throws `XmlError`. */
  write(bytes: Uint8Array): XmlEvent[];
  /** Throws `XmlError` where the document has not come to its end. */
  end(): void;
}

/**
 * A reader of XML 1.0 in UTF-8 without document types: with them go all entities but the five of XML itself, so nothing
 * grows and nothing is fetched. Elements, depth and tags are bounded. It does not check what a schema would.
 */
export function xmlReader(): XmlReader {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const open: string[] = [];
  let rest = "";
  let elements = 0;
  let inCdata = false;

  function write(bytes: Uint8Array): XmlEvent[] {
    const text = rest + decode(decoder, bytes);
    const events: XmlEvent[] = [];
    let at = 0;
    while (at < text.length) {
      const next = inCdata
        ? readCdata(text, at, events)
        : text[at] === "<"
          ? readMarkup(text, at, events)
          : readText(text, at, events);
      if (next === null) break;
      at = next;
    }
    rest = text.slice(at);
    if (rest.length > longestTag) throw new XmlError(`a tag has more than ${longestTag} characters`);
    return events;
  }

  function readText(text: string, from: number, events: XmlEvent[]): number | null {
    const next = text.indexOf("<", from);
    let end = next < 0 ? text.length : next;
    // A reference may go on in the next piece.
    const reference = text.lastIndexOf("&", end - 1);
    if (next < 0 && reference >= from && !text.includes(";", reference)) end = reference;
    if (end === from) return null;
    if (open.length > 0) events.push({ type: "text", text: unescaped(text.slice(from, end)) });
    else if (text.slice(from, end).trim() !== "") throw new XmlError("there is text outside of the document");
    return end;
  }

  function readCdata(text: string, from: number, events: XmlEvent[]): number | null {
    const close = text.indexOf("]]>", from);
    const end = close < 0 ? Math.max(from, text.length - 2) : close;
    if (end > from) events.push({ type: "text", text: text.slice(from, end) });
    if (close < 0) return end > from ? end : null;
    inCdata = false;
    return close + 3;
  }

  function readMarkup(text: string, from: number, events: XmlEvent[]): number | null {
    for (const [begin, close] of silent)
      if (text.startsWith(begin, from)) {
        const end = text.indexOf(close, from + begin.length);
        return end < 0 ? null : end + close.length;
      }
    if (text.startsWith("<!", from)) {
      if (text.startsWith(cdata, from) && open.length > 0) {
        inCdata = true;
        return from + cdata.length;
      }
      if (text.length - from < cdata.length) return null;
      throw new XmlError("a document type is not taken");
    }
    const end = endOfTag(text, from);
    if (end === null) return null;
    readTag(text.slice(from + 1, end), events);
    return end + 1;
  }

  function readTag(tag: string, events: XmlEvent[]): void {
    if (tag.startsWith("/")) {
      const name = localName(tag.slice(1).trim());
      if (open.pop() !== name) throw new XmlError(`</${name.slice(0, 50)}> closes what is not open`);
      events.push({ type: "close", name });
      return;
    }
    const isEmpty = tag.endsWith("/");
    const body = isEmpty ? tag.slice(0, -1) : tag;
    const [full = ""] = /^[^\s/<>="']+/.exec(body) ?? [];
    const name = localName(full);
    elements += 1;
    if (name === "") throw new XmlError("a tag has no name");
    if (elements > mostElements) throw new XmlError(`there are more than ${mostElements} elements`);
    if (open.length >= deepest) throw new XmlError(`elements lie more than ${deepest} deep`);
    if (open.length === 0 && elements > 1) throw new XmlError("there is a second document");
    events.push({ type: "open", name, attributes: attributesIn(body.slice(full.length)) });
    if (isEmpty) events.push({ type: "close", name });
    else open.push(name);
  }

  return {
    write,
    end() {
      const left = rest + decode(decoder);
      if (open.length > 0 || inCdata || left.trim() !== "" || elements === 0)
        throw new XmlError("the document does not come to its end");
    },
  };
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes?: Uint8Array): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw new XmlError("this is not UTF-8");
  }
}

/** Where the tag ends that begins here; a `>` inside quotes does not end it. */
function endOfTag(text: string, from: number): number | null {
  let quote = "";
  for (let at = from + 1; at < text.length; at += 1) {
    const letter = text[at] as string;
    if (quote !== "") {
      if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === ">") return at;
    else if (letter === "<") throw new XmlError("a tag within a tag");
    if (at - from > longestTag) throw new XmlError(`a tag has more than ${longestTag} characters`);
  }
  return null;
}

function attributesIn(text: string): Record<string, string> {
  const found: Record<string, string> = Object.create(null);
  const attribute = /\s+([^\s=<>"'/]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/gy;
  let end = 0;
  for (let count = 0; ; count += 1) {
    const one = attribute.exec(text);
    if (one === null) break;
    if (count >= mostAttributes) throw new XmlError(`a tag has more than ${mostAttributes} attributes`);
    end = attribute.lastIndex;
    const [, name = "", double, single] = one;
    found[localName(name)] = unescaped(double ?? single ?? "");
  }
  if (text.slice(end).trim() !== "") throw new XmlError("an attribute cannot be read");
  return found;
}

const localName = (name: string) => name.slice(name.indexOf(":") + 1);

/** Text with its references resolved. Exchange writes some for characters that XML 1.0 has not: they are taken. */
function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]{0,12};?)/g, (whole, reference: string) => {
    const [, hex, decimal, name] = /^(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{1,8}));$/i.exec(reference) ?? [];
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : Number.NaN;
    const said = name === undefined ? (code <= 0x10ffff ? String.fromCodePoint(code) : undefined) : named[name];
    if (said === undefined) throw new XmlError(`${whole.slice(0, 20)} stands for nothing`);
    return said;
  });
}

/** Text as it is written between tags and in attributes. What XML 1.0 cannot say is left out. */
export function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not pass.
  const clean = text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
  return clean.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
