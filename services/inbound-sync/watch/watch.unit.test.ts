import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { failureOf } from "@mailfleet/contracts";
import { judge } from "./judge.ts";
import { givesWay, restAfter } from "./rest.ts";
import { judgeCases, restCases } from "./watch.cases.ts";

describe("a watch is judged by what a poll found", () => {
  for (const { what, heard, found, at, verdict } of judgeCases)
    test(what, () => {
      const ms = { openedAt: heard.openedAt * 1000, heardAt: heard.heardAt * 1000 };
      const foundMs = found && { at: found.at * 1000, after: found.after === null ? null : found.after * 1000 };
      assert.equal(judge(ms, foundMs, at * 1000), verdict);
    });
});

describe("a watch that ended rests", () => {
  for (const { what, code, lastedS, failures, retryAfterS, restS, failuresAfter, crowded = false } of restCases)
    test(what, () => {
      const failure = failureOf(code, {}, retryAfterS === undefined ? undefined : retryAfterS * 1000);
      const after = restAfter(failure, { lastedMs: lastedS * 1000, failures });
      assert.deepEqual([after.restMs, after.failures, after.crowded ?? false], [restS * 1000, failuresAfter, crowded]);
    });
});

test("a watch gives way where the profile or the server wants it, and for no other failure", () => {
  assert.equal(givesWay(true, null), null);
  assert.equal(givesWay(true, failureOf("CONNECTION_LOST")), null);
  assert.match(givesWay(false, null)?.why ?? "", /profile/);
  assert.match(
    givesWay(true, failureOf("TOO_MANY_CONNECTIONS", { reply: "ten are enough" }))?.why ?? "",
    /ten are enough/,
  );
});
