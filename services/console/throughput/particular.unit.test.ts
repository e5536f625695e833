import assert from "node:assert/strict";
import { test } from "node:test";
import { slotsOf } from "./particular.ts";

test("throughput has one item for each slot up to the present one, with means of what was counted", () => {
  const minute = 60_000;
  const at = Date.UTC(2026, 10, 30, 12);
  const counted = (time: number, messages: number, failed: number, delayMs: number) => [
    { at: time, messages, failed, delayMs },
  ];
  const items = slotsOf({ by: "minute", last: 3 }, at + 2 * minute + 17, {
    inbound: counted(at + minute, 4, 0, 1000),
    outbound: counted(at + 2 * minute, 0, 2, 0),
  });
  const nothing = { received: 0, sent: 0, failed: 0, receivedDelayMs: null, sentDelayMs: null };
  assert.deepEqual(items, [
    { at, ...nothing },
    { at: at + minute, ...nothing, received: 4, receivedDelayMs: 250 },
    { at: at + 2 * minute, ...nothing, failed: 2 },
  ]);
});
