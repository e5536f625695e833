import { type XmlEvent, xmlReader } from "./xml-reader.ts";

/** An element with what is in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** Its own text, without that of its children. */
  text: string;
}

/** Builds a tree from events. Texts of `streamed` elements are handed on as they come, and not held. */
export function treeBuilder(streamed?: { readonly name: string; readonly take: (text: string) => void }) {
  const root: XmlElement = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  return {
    root,
    add(events: readonly XmlEvent[]) {
      for (const event of events) {
        const inside = open.at(-1) as XmlElement;
        if (event.type === "open") {
          const { name, attributes } = event;
          const element: XmlElement = { name, attributes, children: [], text: "" };
          inside.children.push(element);
          open.push(element);
        } else if (event.type === "close") open.pop();
        else if (streamed && inside.name === streamed.name) streamed.take(event.text);
        else inside.text += event.text;
      }
    },
  };
}

/** A document that is in memory. Throws `XmlError`. */
export function readXml(text: Uint8Array | string): XmlElement {
  const reader = xmlReader();
  const tree = treeBuilder();
  tree.add(reader.write(typeof text === "string" ? Buffer.from(text) : text));
  reader.end();
  return tree.root;
}

/** The first element of this name, in the order of the document. */
export function findElement(within: XmlElement | undefined, name: string): XmlElement | undefined {
  if (!within) return undefined;
  for (const child of within.children) {
    if (child.name === name) return child;
    const found = findElement(child, name);
    if (found) return found;
  }
  return undefined;
}

/** The text of the first element of this name; `undefined`: there is none. */
export const textOf = (within: XmlElement | undefined, name: string): string | undefined =>
  findElement(within, name)?.text.trim();
