import type { Language } from "@mailfleet/contracts";
import type { Catalogue, Words } from "./catalogue.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { it } from "./it.ts";
import { ja } from "./ja.ts";

/** Every language of notices. */
export const catalogues: Readonly<Record<Language, Catalogue>> = { en, de, ja, it };

/** A sentence with its values. */
export function say(
  { words }: Pick<Catalogue, "words">,
  word: keyof Words,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return words[word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** What happened and what to do now: in English, and of a code that is not in the list, as it was told. */
export function meaningIn(
  catalogue: Catalogue,
  { code, text, remedy }: { readonly code: string; readonly text: string; readonly remedy: string },
): { readonly text: string; readonly remedy: string } {
  const { codes } = catalogue;
  if (catalogue === en || !Object.hasOwn(codes, code)) return { text, remedy };
  const [known, todo] = codes[code as keyof typeof codes];
  return { text: known, remedy: todo };
}

/** The language of a recipient: its own, that of its domain, else that of the organisation. */
export function languageOf(
  { language, recipientLanguages }: { readonly language: Language; readonly recipientLanguages: readonly string[] },
  address: string,
): Language {
  const known = new Map(
    recipientLanguages.map((line) => {
      const [who = "", its = ""] = line.trim().split(/\s+/);
      return [who.toLowerCase(), its as Language];
    }),
  );
  const lower = address.toLowerCase();
  return known.get(lower) ?? known.get(lower.slice(lower.lastIndexOf("@"))) ?? language;
}
