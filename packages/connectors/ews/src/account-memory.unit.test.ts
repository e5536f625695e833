import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { accountMemory } from "./account-memory.ts";

const never = new AbortController().signal;

test("a wrong password is tried once for all mailboxes that it opens, and again after a minute", async () => {
  let now = 0;
  const memory = accountMemory(() => now);
  const account = memory.nameOf("host", "svc", "wrong");
  let tries = 0;
  const fail = async () => {
    tries += 1;
    throw new FailureError(failureOf("AUTHENTICATION_REJECTED"));
  };
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => memory.signIn(account, fail, never)));
  assert.equal(tries, 1);
  assert.ok(all.every(({ status }) => status === "rejected"));
  now = 61_000;
  await assert.rejects(memory.signIn(account, fail, never), /AUTHENTICATION_REJECTED/);
  assert.equal(tries, 2);
  // Another password is another account.
  assert.equal(await memory.signIn(memory.nameOf("host", "svc", "right"), async () => "in", never), "in");
});

test("one that works is waited for once; what else fails lets the next one try", async () => {
  const memory = accountMemory();
  let running = 0;
  let most = 0;
  const work = (fails: boolean) => async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    if (fails) throw new FailureError(failureOf("CONNECTION_LOST"));
  };
  await Promise.allSettled(Array.from({ length: 3 }, () => memory.signIn("a", work(true), never)));
  assert.equal(most, 1);
  await memory.signIn("a", work(false), never);
  await Promise.all(Array.from({ length: 3 }, () => memory.signIn("a", work(false), never)));
  assert.equal(most, 3);
});

test("who waits for another does not wait longer than they may", async () => {
  const memory = accountMemory();
  const hanging = Promise.withResolvers<void>();
  const first = memory.signIn("a", () => hanging.promise, never);
  const stop = new AbortController();
  const second = memory.signIn("a", async () => {}, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(second, /enough/);
  hanging.resolve();
  await first;
});
