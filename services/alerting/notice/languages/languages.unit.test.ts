import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alertCodes } from "@mailfleet/contracts";
import { catalogues, languageOf, meaningIn, say } from "./languages.ts";

/** What must stand in every language as it is: commands, variables, names to fill in, values. */
const fixed = (text: string) =>
  (
    text.match(/`[^`]+`|MAILFLEET_\w+|<\w+>|\{\w+\}|\b[A-Z]+-[A-Z]+\b|\b[A-Z][a-z]+\.[A-Z][a-z]+\w*(?:\.[A-Z]\w+)?/g) ??
    []
  )
    .filter((word, index, all) => all.indexOf(word) === index)
    .toSorted();
const { en, ...others } = catalogues;

for (const [language, catalogue] of Object.entries(others))
  describe(`notices in ${language}`, () => {
    test("say every code, in words of their own, with each command, variable and name as it is", () => {
      assert.deepEqual(Object.keys(catalogue.codes).toSorted(), Object.keys(alertCodes).toSorted());
      for (const [code, [text, remedy]] of Object.entries(catalogue.codes)) {
        const [english, todo] = en.codes[code as keyof typeof en.codes];
        assert.ok(text.trim() && remedy.trim(), code);
        assert.notEqual(text, english, `${code} is not translated`);
        assert.deepEqual(fixed(text), fixed(english), code);
        assert.deepEqual(fixed(remedy), fixed(todo), code);
      }
    });

    test("have every word with its values", () => {
      assert.deepEqual(Object.keys(catalogue.words).toSorted(), Object.keys(en.words).toSorted());
      for (const [word, text] of Object.entries(catalogue.words)) {
        assert.ok(text.trim(), word);
        assert.deepEqual(fixed(text), fixed(en.words[word as keyof typeof en.words]), word);
      }
    });
  });

test("a recipient has its own language, else that of its domain, else that of the organisation", () => {
  const settings = { language: "de" as const, recipientLanguages: ["@example.jp ja", "anna@example.jp it"] };
  assert.equal(languageOf(settings, "Taro@Example.jp"), "ja");
  assert.equal(languageOf(settings, "Anna@example.jp"), "it");
  assert.equal(languageOf(settings, "taro@sub.example.jp"), "de");
});

test("a sentence gets its values, and a code that is not known is said as it was told", () => {
  assert.equal(say(catalogues.ja, "alertsCounted", { count: 3 }), "アラート 3 件");
  const told = { code: "FROM_TOMORROW", text: "It fell.", remedy: "Lift it." };
  assert.deepEqual(meaningIn(catalogues.it, told), { text: "It fell.", remedy: "Lift it." });
});
