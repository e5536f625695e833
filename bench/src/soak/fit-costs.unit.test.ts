import assert from "node:assert/strict";
import { test } from "node:test";
import { fitCosts } from "./fit-costs.ts";

const samples = (costs: { fixed: number; poll: number; message: number }, noise = 0) =>
  Array.from({ length: 60 }, (_, n) => {
    const counts = { poll: 200 + 60 * Math.sin(n), message: [0, 100, 200, 100][n % 4] ?? 0 };
    const random = noise * Math.sin(n * 12.9898);
    const used = 10 * costs.fixed + costs.poll * counts.poll + costs.message * counts.message + random;
    return { seconds: 10, counts, used };
  });

test("costs come apart again", () => {
  const { fixed, each } = fitCosts(samples({ fixed: 120, poll: 9, message: 14 }), ["poll", "message"]);
  assert.ok(Math.abs(fixed - 120) < 0.01);
  assert.ok(Math.abs((each.poll ?? 0) - 9) < 0.001);
  assert.ok(Math.abs((each.message ?? 0) - 14) < 0.001);
});

test("noise moves them little", () => {
  const { each } = fitCosts(samples({ fixed: 120, poll: 9, message: 14 }, 100), ["poll", "message"]);
  assert.ok(Math.abs((each.poll ?? 0) - 9) < 0.9, `a poll costs ${each.poll}`);
  assert.ok(Math.abs((each.message ?? 0) - 14) < 0.9, `a message costs ${each.message}`);
});

test("nothing costs less than nothing", () => {
  const { each } = fitCosts(samples({ fixed: 120, poll: 9, message: -3 }), ["poll", "message"]);
  assert.equal(each.message, 0);
  assert.ok((each.poll ?? 0) > 0);
});

test("what never happened costs nothing", () => {
  const { each } = fitCosts(samples({ fixed: 120, poll: 9, message: 14 }), ["poll", "message", "send"]);
  assert.equal(each.send, 0);
});
