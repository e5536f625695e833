import type { FastifyRequest } from "fastify";
import { type Html, type HtmlValue, html } from "../html.ts";
import { de } from "./de.ts";
import { type Catalogue, en } from "./en.ts";
import { it } from "./it.ts";
import { ja } from "./ja.ts";

/** A text of the pages for a mailbox's user. */
export type WordKey = keyof typeof en;

/** The texts in each language; all have the same. */
export const catalogues = { en, de, it, ja } satisfies Readonly<Record<string, Catalogue>>;

/** A language of the pages. */
export type Language = keyof typeof catalogues;

/** Says a text in one language. */
export interface Say {
  (key: WordKey, values?: Readonly<Record<string, string | number>>): string;
  readonly language: Language;
  /** With markup as values; the text itself is escaped. */
  html(key: WordKey, values: Readonly<Record<string, HtmlValue>>): Html;
  /** A text that there may be; `undefined`: there is none. */
  find(key: string): string | undefined;
}

function sayIn(language: Language): Say {
  const words: Readonly<Record<string, string>> = catalogues[language];
  const say = (key: WordKey, values: Readonly<Record<string, string | number>> = {}) =>
    (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const parts = (key: WordKey, values: Readonly<Record<string, HtmlValue>>): Html => {
    const pieces = (words[key] ?? key).split(/\{(\w+)\}/);
    return html`${pieces.map((piece, n) => html`${n % 2 === 0 ? piece : values[piece]}`)}`;
  };
  return Object.assign(say, { language, html: parts, find: (key: string) => words[key] });
}

const says = { en: sayIn("en"), de: sayIn("de"), it: sayIn("it"), ja: sayIn("ja") } satisfies Record<Language, Say>;

/** In English, for pages of others than a mailbox's user. */
export const inEnglish: Say = says.en;

/**
 * In the language that the browser asks for (`Accept-Language`, RFC 9110 §12.5.4): the one with the greatest weight that
 * there is, else English. Only the beginning of a long header is read.
 */
export function sayFor({ headers }: Pick<FastifyRequest, "headers">): Say {
  const asked = (headers["accept-language"] ?? "")
    .slice(0, 500)
    .split(",")
    .map((range) => {
      const [tag = "", ...parameters] = range.trim().toLowerCase().split(";");
      const quality = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { language: tag.split("-")[0] ?? "", weight: Number(quality ?? 1) };
    })
    .filter(({ language, weight }) => Object.hasOwn(says, language) && weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return says[(asked[0]?.language ?? "en") as Language];
}
