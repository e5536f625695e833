import assert from "node:assert/strict";
import { test } from "node:test";
import { startDeadline } from "./deadline.ts";

const never = new Promise<never>(() => {});
const late = () => new Error("late");

test("work that is done in time gives its result", async () => {
  const deadline = startDeadline(10_000, new AbortController().signal, late);
  assert.equal(await deadline.until(Promise.resolve(1)), 1);
  await assert.rejects(deadline.until(Promise.reject(new Error("own"))), /own/);
  deadline.clear();
});

test("time that is up ends it", async () => {
  const deadline = startDeadline(1, new AbortController().signal, late);
  await assert.rejects(deadline.until(never), /late/);
  assert.equal(deadline.signal.reason.message, "late");
  await assert.rejects(deadline.until(never), /late/, "work that begins later ends at once");
  deadline.clear();
});

test("so does the caller, even before it begins, and whoever works", async () => {
  const caller = new AbortController();
  const first = startDeadline(10_000, caller.signal, late);
  caller.abort(new Error("enough"));
  await assert.rejects(first.until(never), /enough/);
  first.clear();
  const second = startDeadline(10_000, caller.signal, late);
  await assert.rejects(second.until(never), /enough/);
  second.clear();
  const third = startDeadline(10_000, new AbortController().signal, late);
  third.stop(new Error("strange"));
  await assert.rejects(third.until(never), /strange/);
  third.clear();
});
