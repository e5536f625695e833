const made: unique symbol = Symbol("html");

/** Markup that may be sent as it is. Only this file makes it, so that nothing from outside can pass for it. */
export interface Html {
  readonly [made]: string;
}

/** What a template may contain: text is escaped, markup is not, null and undefined are left out. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const isHtml = (value: unknown): value is Html => typeof value === "object" && value !== null && made in value;

function markup(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (isHtml(value)) return value[made];
  if (Array.isArray(value)) return value.map(markup).join("");
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** A template whose values are escaped for text and for quoted attributes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { [made]: String.raw({ raw: parts }, ...values.map(markup)) };
}

/** One of our own constants that is already markup, e.g. a style sheet. Never for anything from outside. */
export function constantMarkup(constant: string): Html {
  return { [made]: constant };
}

/** The markup as text, for the answer's body. */
export function textOf(page: Html): string {
  return page[made];
}

/** Longest piece of a stranger's words that a page repeats. */
const longest = 300;

/** Somebody else's words as they may be repeated: short, on one line, without control and direction characters. */
export function foreignWords(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}
