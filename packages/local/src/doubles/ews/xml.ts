/** An element with its local name: prefixes differ between clients and say nothing. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const [deepest, mostElements] = [64, 20_000];
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Reads a document; `null` if it is not well-formed, has a DTD, or is deeper or larger than a request can be. */
export function readXml(text: string): XmlElement | null {
  interface Open {
    name: string;
    qualified: string;
    attributes: Record<string, string>;
    children: XmlElement[];
    texts: string[];
  }
  const top: Open = { name: "", qualified: "", attributes: {}, children: [], texts: [] };
  const open = [top];
  let [at, count] = [0, 0];
  while (at < text.length) {
    const start = text.indexOf("<", at);
    const inside = open.at(-1) ?? top;
    const between = text.slice(at, start < 0 ? text.length : start);
    const plain = withoutEntities(between);
    if (plain === null || (inside === top && plain.trim() !== "" && plain.trim() !== "\uFEFF")) return null;
    if (inside !== top && plain) inside.texts.push(plain);
    if (start < 0) break;
    if (text.startsWith("<![CDATA[", start)) {
      const end = text.indexOf("]]>", start);
      if (end < 0 || inside === top) return null;
      inside.texts.push(text.slice(start + 9, end));
      at = end + 3;
      continue;
    }
    if (text.startsWith("<!--", start)) {
      const end = text.indexOf("-->", start);
      if (end < 0) return null;
      at = end + 3;
      continue;
    }
    // Anything else that begins so belongs to a DTD.
    if (text.startsWith("<!", start)) return null;
    const end = text.indexOf(">", start);
    if (end < 0) return null;
    const tag = text.slice(start + 1, end);
    at = end + 1;
    if (tag.startsWith("?")) continue;
    if (tag.startsWith("/")) {
      if (inside === top || inside.qualified !== tag.slice(1).trim()) return null;
      open.pop();
      const { name, attributes, children, texts } = inside;
      open.at(-1)?.children.push({ name, attributes, children, text: texts.join("") });
      continue;
    }
    const [, qualified, rest = "", closed] = /^([\w.-]+(?::[\w.-]+)?)(\s[\s\S]*?)?(\/)?$/.exec(tag) ?? [];
    if (!qualified) return null;
    count += 1;
    if (count > mostElements || open.length > deepest) return null;
    const attributes = attributesOf(rest);
    const name = qualified.slice(qualified.indexOf(":") + 1);
    if (closed) inside.children.push({ name, attributes, children: [], text: "" });
    else open.push({ name, qualified, attributes, children: [], texts: [] });
  }
  return open.length === 1 && top.children.length === 1 ? (top.children[0] ?? null) : null;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = "", value = "", other = ""] of text.matchAll(
    /(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  ))
    found[name] = withoutEntities(value || other) ?? "";
  return found;
}

function withoutEntities(text: string): string | null {
  if (!text.includes("&")) return text;
  let known = true;
  const plain = text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,10}));|&/gi, (_all, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null;
    const found = code === null ? entities[name] : code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
    if (found === undefined) known = false;
    return found ?? "";
  });
  return known ? plain : null;
}

/** The element below along these names, the first of each. */
export function at(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let found = element;
  for (const name of names) found = found?.children.find((child) => child.name === name);
  return found;
}

/** The text below along these names; empty if there is none. */
export const textAt = (element: XmlElement | undefined, ...names: readonly string[]): string =>
  at(element, ...names)?.text.trim() ?? "";

/** Text as it stands in an element or attribute; characters that XML does not have are left out. */
export const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 section 2.2 does not have them.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/** An element around what is already XML. */
export const element = (
  name: string,
  content: string,
  attributes: Readonly<Record<string, string | number>> = {},
): string => {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${given.join("")}${content ? `>${content}</${name}>` : "/>"}`;
};

/** An element around text. */
export const textElement = (name: string, text: string): string => `<${name}>${escaped(text)}</${name}>`;
