import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { breakages } from "./breakages.ts";
import { scenarios } from "./scenarios/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const names = new Set(scenarios("long").map(({ name }) => name));

test("each breakage finds its line exactly once, and its scenario exists", () => {
  for (const { name, file, text, replacement, scenario } of breakages) {
    const parts = readFileSync(`${root}${file}`, "utf8").split(text).length - 1;
    assert.equal(parts, 1, `"${name}" finds its line ${parts} times in ${file}: mend test/faults/breakages.ts`);
    assert.notEqual(text, replacement, name);
    assert.ok(names.has(scenario), `"${name}" names a scenario that does not exist: ${scenario}`);
  }
  assert.equal(new Set(breakages.map(({ name }) => name)).size, breakages.length);
});

test("scenarios have names of their own, and the short form is a part of the long one", () => {
  const all = scenarios("long");
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name } of scenarios("short")) assert.ok(names.has(name), name);
});
