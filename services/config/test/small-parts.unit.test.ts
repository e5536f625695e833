import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ProblemError, RetryPolicy } from "@mailfleet/contracts";
import type { SetTimer } from "@mailfleet/mailbox";
import { readCursor, writeCursor } from "../src/cursor.ts";
import { inParallel } from "../src/in-parallel.ts";
import { initialSettings } from "../src/initial-settings.ts";
import { createKnowledge, policyFor } from "../src/knowledge.ts";
import { createOneAtATime } from "../src/one-at-a-time.ts";
import { lostTimers, nextRearm } from "../src/rearm.ts";
import { givenProfile } from "./given-documents.ts";

test("work of one key is done one after another, of different keys side by side, and errors do not stop the line", async () => {
  const oneAtATime = createOneAtATime();
  const log: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name} begins`);
      await new Promise(setImmediate);
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
    };
  const all = await Promise.allSettled([
    oneAtATime("a", work("a1", true)),
    oneAtATime("a", work("a2")),
    oneAtATime("b", work("b1")),
  ]);
  assert.deepEqual(
    all.map((one) => one.status),
    ["rejected", "fulfilled", "fulfilled"],
  );
  assert.ok(log.indexOf("a1 ends") < log.indexOf("a2 begins"));
  assert.ok(log.indexOf("b1 begins") < log.indexOf("a1 ends"));
});

test("a list is worked through with a limit, and the first error ends it", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    done.push(item);
  });
  assert.deepEqual([most, done.length], [3, 7]);
  await assert.rejects(
    inParallel([1, 2], 1, async () => Promise.reject(new Error("stop"))),
    /stop/,
  );
});

test("a cursor is read back; one that was not given out is refused", () => {
  assert.equal(readCursor(writeCursor("sales@example.org") ?? undefined), "sales@example.org");
  assert.throws(() => readCursor("?!"), ProblemError);
  assert.throws(() => readCursor(""), ProblemError);
});

test("polls never come closer together than the profile allows", () => {
  const settings = { retryPolicy: RetryPolicy.parse({}) };
  assert.equal(policyFor(settings, givenProfile()).pollMs, 300_000);
  assert.equal(policyFor(settings, givenProfile({ minimumPollingIntervalMinutes: 3 })).pollMs, 300_000);
  assert.equal(policyFor(settings, givenProfile({ minimumPollingIntervalMinutes: 7 })).pollMs, 420_000);
});

describe("timers are looked after", () => {
  const timer: SetTimer = {
    type: "setTimer",
    name: "inbound",
    direction: "inbound",
    due: 1000,
    generation: 1,
    deliver: "event",
  };
  test("a minute after a single one was due, every hour for recurring ones, never for none", () => {
    assert.equal(nextRearm([], 0), undefined);
    assert.equal(nextRearm([timer], 0), 61_000);
    assert.equal(nextRearm([{ ...timer, everyMs: 5000, deliver: "run" }], 7), 3_600_007);
  });
  test("and only single ones that the machine waits for count as lost", () => {
    assert.deepEqual(lostTimers([timer], 60_000), []);
    assert.deepEqual(lostTimers([timer, { ...timer, deliver: "run", everyMs: 5000 }], 61_000), [timer]);
  });
});

test("a profile is remembered for a second, unless a newer version or a fresh one is asked for", async () => {
  let now = 0;
  let loads = 0;
  const profile = givenProfile();
  const knowledge = createKnowledge({
    profiles: { load: async () => ({ ...profile, v: ++loads }) } as never,
    settings: { load: async () => ({ _id: "organisation", v: 1, handled: [], ...initialSettings }) } as never,
    consoleUrl: null,
    now: () => now,
  });
  assert.equal((await knowledge.profile("pf_0001")).v, 1);
  assert.equal((await knowledge.profile("pf_0001")).v, 1);
  assert.equal((await knowledge.profile("pf_0001", { atLeast: 2 })).v, 2);
  now = 1500;
  assert.equal((await knowledge.profile("pf_0001")).v, 3);
  assert.equal((await knowledge.profile("pf_0001", { fresh: true })).v, 4);
});
