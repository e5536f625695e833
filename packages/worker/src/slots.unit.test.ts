import assert from "node:assert/strict";
import { test } from "node:test";
import { createSlots } from "./slots.ts";

const never = new AbortController().signal;

test("who waits for the network gives the slot to others, and takes one again before going on", async () => {
  const slots = createSlots(1);
  const hanging = await slots.take(never);
  const { promise, resolve } = Promise.withResolvers<string>();
  const order: string[] = [];
  const waited = hanging.waitFor(promise).then((answer) => order.push(answer));
  const other = await slots.take(never);
  order.push("other");
  resolve("answered");
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(order, ["other"], "the slot is not free yet");
  other.give();
  other.give();
  await waited;
  assert.deepEqual(order, ["other", "answered"]);
  hanging.give();
  (await slots.take(never)).give();
});

test("a slot is kept for what answers soon and while items are worked on; a source is closed early or late", async () => {
  const slots = createSlots(1);
  const slot = await slots.take(never);
  let closed = 0;
  async function* source() {
    try {
      yield 1;
      yield 2;
    } finally {
      closed += 1;
    }
  }
  let second = false;
  const next = slots.take(never).then((taken) => {
    second = true;
    return taken;
  });
  for await (const item of slot.each(source())) if (item === 2) break;
  assert.deepEqual([closed, second], [1, false]);
  slot.give();
  (await next).give();
});

test("who leaves while waiting for a slot takes none, also after a wait for the network", async () => {
  const slots = createSlots(1);
  const slot = await slots.take(never);
  const leaving = new AbortController();
  const left = slots.take(leaving.signal);
  leaving.abort(new Error("stopped"));
  await assert.rejects(left, /stopped/);
  await assert.rejects(slots.take(leaving.signal), /stopped/);
  slot.give();
  (await slots.take(never)).give();
});
