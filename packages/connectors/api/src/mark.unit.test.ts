import assert from "node:assert/strict";
import { test } from "node:test";
import { type Mark, markText, readMark } from "./mark.ts";

const since = Date.UTC(2026, 10, 29, 12);

/** What is found in a mailbox, and what it says. */
const found: readonly (readonly [what: string, text: string, mark: Mark])[] = [
  [
    "a whole mark",
    markText({ organisation: "og_one", name: "One", since }),
    { organisation: "og_one", name: "One", since },
  ],
  ["without a name", '{"organisation":"og_one"}', { organisation: "og_one" }],
  ["a newer version's", '{"organisation":"og_one","more":{}}', { organisation: "og_one" }],
  ["a date that is none", '{"organisation":"og_one","since":"soon"}', { organisation: "og_one" }],
  [
    "a name with controls",
    '{"organisation":"og_one","name":"O\\u0007\\nne"}',
    { organisation: "og_one", name: "O ne" },
  ],
  [
    "a long name",
    JSON.stringify({ organisation: "og_one", name: "x".repeat(300) }),
    { organisation: "og_one", name: "x".repeat(100) },
  ],
  ["words", "taken by hand", { organisation: "taken by hand" }],
  ["nothing", "", { organisation: "unnamed" }],
  ["a list", "[1]", { organisation: "[1]" }],
  ["null", "null", { organisation: "null" }],
  ["an empty id", '{"organisation":""}', { organisation: '{"organisation":""}' }],
  ["a megabyte", "x".repeat(1_000_000), { organisation: "x".repeat(200) }],
];

for (const [what, text, mark] of found) test(`a mark: ${what}`, () => assert.deepEqual(readMark(text), mark));
