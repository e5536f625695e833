import assert from "node:assert/strict";
import { test } from "node:test";
import { createLastRuns } from "./last-runs.ts";

test("a mailbox is slow while its last run took ten seconds or more, else quick; for an hour at most", () => {
  let now = 0;
  const last = createLastRuns(() => now);
  const run = (mailboxId: string, ms: number) => {
    const startedAt = now;
    now += ms;
    last.ended(mailboxId, startedAt);
  };
  run("works", 9999);
  run("hangs", 10_000);
  assert.deepEqual(["works", "hangs", "unknown"].map(last.paceOf), ["quick", "slow", undefined]);
  run("hangs", 50);
  assert.equal(last.paceOf("hangs"), "quick", "it works again");
  run("hangs", 20_000);
  now += 3_600_000;
  assert.deepEqual(["works", "hangs"].map(last.paceOf), [undefined, undefined]);
});

test("no more than 20,000 are remembered, the last ones", () => {
  let now = 10_000;
  const last = createLastRuns(() => now);
  for (let n = 0; n <= 20_000; n++) last.ended(`mb_${n}`, 0);
  now += 1;
  assert.deepEqual(["mb_0", "mb_1", "mb_20000"].map(last.paceOf), [undefined, "slow", "slow"]);
});
