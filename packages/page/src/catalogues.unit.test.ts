import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

type Entry = string | { readonly one?: string; readonly other: string };

const catalogue = (language: string): Readonly<Record<string, Entry>> =>
  JSON.parse(readFileSync(new URL(`../app/i18n/${language}.json`, import.meta.url), "utf8"));
const english = catalogue("en");

/** The values that a sentence has places for; one and more have the same. */
const places = (entry: Entry) =>
  [...new Set([typeof entry === "string" ? entry : entry.other].join(" ").match(/\{\w+\}/g) ?? [])].toSorted();

describe("the page's languages", () => {
  for (const language of ["de", "ja", "it"])
    it(`${language} says all that English says, with the same values, and nothing else`, () => {
      const words = catalogue(language);
      assert.deepEqual(Object.keys(words).toSorted(), Object.keys(english).toSorted());
      for (const [key, entry] of Object.entries(english)) {
        assert.deepEqual(places(words[key]!), places(entry), key);
        assert.equal(typeof words[key], typeof entry, key);
        const said = words[key]!;
        assert.ok(typeof said === "string" ? said : said.other, `${key} is empty`);
      }
    });
});
