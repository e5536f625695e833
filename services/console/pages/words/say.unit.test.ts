import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { html, textOf } from "../html.ts";
import { catalogues, inEnglish, type Language, sayFor, type WordKey } from "./say.ts";

const valuesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe("the words of the pages for a mailbox's user", () => {
  for (const language of Object.keys(catalogues) as Language[])
    it(`are complete in ${language}, with the same values`, () => {
      const words: Readonly<Record<string, string>> = catalogues[language];
      assert.deepEqual(Object.keys(words).sort(), Object.keys(catalogues.en).sort());
      for (const [key, text] of Object.entries(words)) {
        assert.ok(text.trim() !== "", key);
        assert.deepEqual([...new Set(valuesOf(text))], [...new Set(valuesOf(catalogues.en[key as WordKey]))], key);
      }
    });

  const cases: readonly [header: string | undefined, language: Language][] = [
    [undefined, "en"],
    ["", "en"],
    ["ja", "ja"],
    ["de-CH, de;q=0.9, en;q=0.8", "de"],
    ["fr, it;q=0.5, en;q=0.4", "it"],
    ["en;q=0.1, ja;q=0.9", "ja"],
    ["de;q=0, it;q=0.1", "it"],
    ["DE-AT", "de"],
    ["*", "en"],
    ["constructor, __proto__", "en"],
    [`${"fr,".repeat(10_000)}de`, "en"],
    [";;;=,,q=1", "en"],
  ];
  for (const [header, language] of cases)
    it(`are in ${language} for "${header?.slice(0, 40)}"`, () => {
      assert.equal(sayFor({ headers: { "accept-language": header } }).language, language);
    });

  it("escape what is put into them", () => {
    const said = textOf(inEnglish.html("notice.signedInAs", { account: html`<b>${"<i>"}</b>` }));
    assert.equal(said, "You signed in as <b>&lt;i&gt;</b>. Mailfleet may use the mailbox now.");
  });
});
