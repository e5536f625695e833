import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeOf } from "./outcome-reporter.ts";

const fail = (failureType: string, type = "test") => ({
  type: "test:fail",
  data: { name: "x", details: { type, error: { failureType, cause: new Error("why") } } },
});

test("a cancelled test and a broken hook count as failed", () => {
  assert.equal(outcomeOf(fail("cancelledByParent"))?.outcome, "failed");
  assert.equal(outcomeOf(fail("hookFailed", "suite"))?.outcome, "failed");
  assert.match(outcomeOf(fail("testCodeFailure"))?.reason ?? "", /why/);
});

test("what failed only because a part of it failed is not counted again", () => {
  assert.equal(outcomeOf(fail("subtestsFailed", "suite")), null);
});

test("a skipped group counts once, with its reason; a passed group does not count", () => {
  const suite = (skip?: string) => ({ type: "test:pass", data: { name: "x", skip, details: { type: "suite" } } });
  assert.deepEqual(outcomeOf(suite("no root")), { name: "x", outcome: "skipped", reason: "no root" });
  assert.equal(outcomeOf(suite()), null);
});

test("a passed test counts", () => {
  assert.deepEqual(outcomeOf({ type: "test:pass", data: { name: "x", details: { type: "test" } } }), {
    name: "x",
    outcome: "passed",
  });
});
