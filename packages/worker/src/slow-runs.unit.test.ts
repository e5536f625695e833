import assert from "node:assert/strict";
import { test } from "node:test";
import { createSlowRuns } from "./slow-runs.ts";

test("a mailbox is slow while its last run took ten seconds or more, for an hour at most", () => {
  let now = 0;
  const slow = createSlowRuns(() => now);
  const run = (mailboxId: string, ms: number) => {
    const startedAt = now;
    now += ms;
    slow.ended(mailboxId, startedAt);
  };
  run("quick", 9999);
  run("hangs", 10_000);
  assert.deepEqual([slow.has("quick"), slow.has("hangs"), slow.has("unknown")], [false, true, false]);
  run("hangs", 50);
  assert.equal(slow.has("hangs"), false, "it works again");
  run("hangs", 20_000);
  now += 3_600_000;
  assert.equal(slow.has("hangs"), false);
});

test("no more than 10,000 are remembered, the last ones", () => {
  let now = 10_000;
  const slow = createSlowRuns(() => now);
  for (let n = 0; n <= 10_000; n++) slow.ended(`mb_${n}`, 0);
  now += 1;
  assert.deepEqual([slow.has("mb_0"), slow.has("mb_1"), slow.has("mb_10000")], [false, true, true]);
});
