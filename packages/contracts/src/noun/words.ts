import type { AnyNoun, Standard } from "./declaration.ts";

/** `deadLetter` or `dead-letter` as words. */
const words = (name: string) => name.replaceAll("-", " ");

/** What an operation does, in a sentence: as declared, or the usual one for any noun. */
export function sentenceOf(noun: AnyNoun, verb: string): string {
  const own = noun.operations[verb]?.text ?? noun.texts?.[verb as Standard];
  if (own !== undefined) return own;
  const name = words(noun.name);
  const one = noun.single ? `the ${name}` : `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
  const many = words(noun.path?.split("/").at(-1) ?? name);
  const usual: Record<Standard, string> = {
    create: `Create ${one}`,
    get: `Read ${one}`,
    list: `List ${many}`,
    update: `Change ${one}; what you do not name stays`,
    delete: `Delete ${one}`,
    destinations: `Say where the secrets of ${one} go`,
  };
  return usual[verb as Standard];
}

/** `inboundCredentials` as part of a path: `inbound-credentials`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `dead-letter` as a parameter of a path: `deadLetter`. */
export function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
