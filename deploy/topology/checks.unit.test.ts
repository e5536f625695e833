import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { vitalChecks } from "@mailfleet/kit";
import { speakers } from "./system.ts";

const folder = join(import.meta.dirname, "../../docs/runbooks");
const pages = readdirSync(folder).filter((name) => name !== "README.md");
const readme = readFileSync(join(folder, "README.md"), "utf8");

test("every check of every service has a page that says what to do", () => {
  const checks = [vitalChecks, ...speakers.map((speaker) => speaker.checks ?? {})].flatMap((all) =>
    Object.entries(all),
  );
  for (const [name, { runbook }] of checks) assert.ok(pages.includes(`${runbook}.md`), `${name}: ${runbook}`);
  assert.ok(checks.length > 15, "the checks of all services are read");
});

test("every page says what it means, how to look and what to do, and is in the list", () => {
  for (const page of pages) {
    const text = readFileSync(join(folder, page), "utf8");
    assert.match(text, /^# .+\n/, page);
    assert.deepEqual(text.match(/^## .*/gm), ["## What it means", "## How to look", "## What to do"], page);
    assert.ok(readme.includes(`(${page})`), page);
  }
});
