import { signal } from "@preact/signals";
import en from "./en.json" with { type: "json" };

/** A sentence, or one for one and one for more; `{name}` stands for a value. */
type Entry = string | { readonly one?: string; readonly other: string };
type Catalogue = Readonly<Record<string, Entry>>;
/** What the page can say. */
export type Words = keyof typeof en;

/** The languages of the page, by their own names. */
export const languages = { en: "English", de: "Deutsch", ja: "日本語", it: "Italiano" } as const;
export type Language = keyof typeof languages;

const loaders: Readonly<Record<Exclude<Language, "en">, () => Promise<{ default: unknown }>>> = {
  de: () => import("./de.json", { with: { type: "json" } }),
  ja: () => import("./ja.json", { with: { type: "json" } }),
  it: () => import("./it.json", { with: { type: "json" } }),
};
const stored = "mailfleet-language";

/** The language in use, with its words. */
export const speaking = signal<{ language: Language; catalogue: Catalogue }>({ language: "en", catalogue: en });

/** Speaks another language from now on, and remembers it in this browser. */
export async function speak(language: Language): Promise<void> {
  const catalogue = language === "en" ? en : ((await loaders[language]()).default as Catalogue);
  speaking.value = { language, catalogue };
  document.documentElement.lang = language;
  localStorage.setItem(stored, language);
}

/** The language that was chosen here before, or the browser's first that there is. */
export function usualLanguage(): Language {
  const wanted = [localStorage.getItem(stored) ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2));
  return (wanted.find((tag) => tag in languages) as Language | undefined) ?? "en";
}

/** The words for a key in the present language, with values put in; a number `n` chooses between one and more. */
export function t(key: Words, values: Readonly<Record<string, string | number>> = {}): string {
  const { language, catalogue } = speaking.value;
  const entry: Entry = catalogue[key] ?? (en as Catalogue)[key] ?? key;
  const many = typeof values.n === "number" ? new Intl.PluralRules(language).select(values.n) : "other";
  const text = typeof entry === "string" ? entry : ((many === "one" ? entry.one : undefined) ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === "number" ? value.toLocaleString(language) : (value ?? "");
  });
}

/** The words for a key that is made of parts, such as a state; `otherwise` where there are none. */
export function words(key: string, otherwise: string): string {
  return key in en ? t(key as Words) : otherwise;
}
