import { type Form, type FormSet, formsOf } from "./redact-forms.ts";
import { type Letters, readings } from "./redact-letters.ts";

/** No line break, no letter outside ASCII, nothing that could be an escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks are among what must not be there.
const plainText = /^(?:[^\x00-\x1f\x7f-\uffff%=&\\]|=(?![0-9a-f]{2}))*$/i;
/** So many times of what is shown is looked at. */
const LOOKED_AT = 4;

/** What a set of secrets was compiled to, for as long as the set itself is kept. */
const compiled = new WeakMap<object, { readonly secrets: readonly string[]; readonly forms: readonly FormSet[] }>();

/**
 * Removes secrets from a server's words, in case it repeats them: as they are, in any case of letters, quoted, in percent,
 * entity, backslash, quoted-printable or hexadecimal form, in base64 wherever they were in the encoded text (SASL PLAIN,
 * XOAUTH2), folded over lines, and cut off at the end of a line. At most four times
 * `limit` characters are looked at, in linear time, and `limit` are kept. Give the same collection each
 * time: its forms are made once.
 */
export function redactSecrets(text: string, secrets: Iterable<string>, limit = 500): string {
  const forms = formsFor(secrets);
  const window = text.length > limit * LOOKED_AT ? text.slice(0, limit * LOOKED_AT) : text;
  const clean = forms.every((set) => cannotBeIn(window, set)) ? window : withoutForms(window, forms);
  return clean.length > limit || window !== text ? `${clean.slice(0, limit - 1)}…` : clean;
}

function formsFor(secrets: Iterable<string>): readonly FormSet[] {
  if (typeof secrets === "string") return [formsOf(secrets)];
  const list = [...secrets].filter((secret) => secret !== "");
  const known = compiled.get(secrets);
  if (known?.secrets.length === list.length && known.secrets.every((secret, at) => secret === list[at]))
    return known.forms;
  const forms = list.map(formsOf);
  compiled.set(secrets, { secrets: list, forms });
  return forms;
}

/** The quick answer for most words of servers: no form begins anywhere, and nothing in it could be an escape or a fold. */
function cannotBeIn(text: string, { starts }: FormSet): boolean {
  return plainText.test(text) && !starts.test(text);
}

function withoutForms(text: string, sets: readonly FormSet[]): string {
  const found: [from: number, to: number][] = [];
  for (const { letters, base64 } of readings(text))
    for (const set of sets) {
      for (const form of set.plain) search(letters, form, found);
      for (const form of set.base64) search(base64, form, found);
    }
  if (found.length === 0) return text;
  found.sort((a, b) => a[0] - b[0]);
  let clean = "";
  let at = 0;
  for (let n = 0; n < found.length; ) {
    const [from] = found[n] as [number, number];
    let to = from;
    for (; n < found.length && (found[n] as [number, number])[0] <= to; n++)
      to = Math.max(to, (found[n] as [number, number])[1]);
    clean += `${text.slice(at, from)}[secret]`;
    at = to;
  }
  return clean + text.slice(at);
}

/**
 * Finds a form, whole or cut off at the end of a line, by Knuth, Morris and Pratt: each byte is looked at once, whatever
 * the text is made of.
 */
function search(text: Letters, form: Form, found: [number, number][]): void {
  const { bytes, back, shortest, before, behind } = form;
  const last = text.bytes.length - 1;
  let matched = 0;
  for (let at = 0; at <= last; at++) {
    while (matched > 0 && bytes[matched] !== text.bytes[at]) matched = back[matched - 1] as number;
    if (bytes[matched] === text.bytes[at]) matched += 1;
    const whole = matched === bytes.length;
    if (whole || (matched >= shortest && text.lineEnds[at]))
      found.push([
        text.from[Math.max(0, at - matched + 1 - before)] as number,
        text.to[Math.min(last, at + behind)] as number,
      ]);
    if (whole) matched = back[matched - 1] as number;
  }
}
