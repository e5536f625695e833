import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, turnOf } from "./slots.ts";

const timer = { _id: "mb_test1/inbound", due: 100_000, everyMs: 60_000 };

test("in time: fires, and the next slot lies one interval ahead", () => {
  assert.deepEqual(turnOf(timer, 100_000), { fire: true, next: 160_000 });
  assert.deepEqual(turnOf(timer, 100_040), { fire: true, next: 160_000 });
  assert.deepEqual(turnOf(timer, 160_000), { fire: true, next: 220_000 }, "a slot that is due is not set again");
});

test("a busy loop skips missed slots of a fast timer", () => {
  assert.deepEqual(turnOf({ ...timer, everyMs: 100 }, 100_950), { fire: true, next: 101_000 });
});

test("after an outage: put off by a hash, at most an interval and at most a minute; then fired however late", () => {
  const now = 100_000 + 61_000;
  const turn = turnOf(timer, now);
  assert.equal(turn.fire, false);
  assert.ok(turn.next >= now && turn.next < now + 60_000);
  const late = turn.next + 500_000;
  assert.deepEqual(turnOf({ ...timer, due: turn.next, madeUp: true }, late), { fire: true, next: turn.next + 540_000 });
});

test("an hourly timer is put off by at most a minute", () => {
  for (let n = 0; n < 100; n++) {
    const turn = turnOf({ _id: `mb_x${n}/inbound`, due: 0, everyMs: 3_600_000 }, 4_000_000);
    assert.ok(turn.next >= 4_000_000 && turn.next < 4_060_000);
  }
});

test("1,000 timers spread evenly", () => {
  const tenths = new Array<number>(10).fill(0);
  for (let n = 0; n < 1000; n++) {
    const tenth = Math.floor((hash(`mb_${n.toString(36).padStart(6, "0")}/inbound`) % 60_000) / 6000);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  assert.ok(Math.min(...tenths) > 60 && Math.max(...tenths) < 140, tenths.join(" "));
});
