import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "./pace.ts";

test("counts what ended in this half second and the one before, and forgets what is older", () => {
  const pace = new Pace();
  for (const at of [1000, 1100, 1499]) pace.ended(at);
  assert.equal(pace.lately(1499), 3);
  pace.ended(1500);
  assert.equal(pace.lately(1999), 4);
  assert.equal(pace.lately(2000), 1);
  assert.equal(pace.lately(2500), 0);
  for (const at of [3000, 3100]) pace.ended(at);
  assert.equal(pace.lately(9000), 0);
});
