import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { alertsPage } from "../scripts/alerts-page.ts";

test("docs/alerts.md is made from the table of codes (node packages/contracts/scripts/write-alerts.ts)", () => {
  const page = readFileSync(new URL("../../../docs/alerts.md", import.meta.url), "utf8");
  assert.equal(page, alertsPage());
});
