import assert from "node:assert/strict";
import { test } from "node:test";
import { historyCases } from "./history.cases.ts";
import { changeWords } from "./history.ts";

for (const [from, to, words] of historyCases)
  test(`history shows what changed and nothing else: ${words}`, () => assert.equal(changeWords({ from, to }), words));
