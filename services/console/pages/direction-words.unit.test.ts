import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { directionCases } from "./direction-words.cases.ts";
import { directionWords } from "./direction-words.ts";
import { textOf } from "./html.ts";
import { inEnglish } from "./words/say.ts";

describe("what the owner's page says of a direction", () => {
  for (const { what, status, underTest = false, note, shows, hides = [] } of directionCases)
    it(`that is ${what}`, () => {
      const text = textOf(directionWords(inEnglish, { title: "Sending", status, underTest, ...(note && { note }) }));
      for (const pattern of shows) assert.match(text, pattern);
      for (const pattern of hides) assert.doesNotMatch(text, pattern);
    });
});
