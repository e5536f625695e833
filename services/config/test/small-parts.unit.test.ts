import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RetryPolicy } from "@mailfleet/contracts";
import type { SetTimer } from "@mailfleet/mailbox";
import { lostTimers, nextRearm } from "../mailbox/timers.ts";
import { createWorlds, policyFor } from "../mailbox/world.ts";
import { givenProfile } from "./given-documents.ts";

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
  const worlds = createWorlds({
    documents: {
      profile: { load: async () => ({ ...profile, v: ++loads }) } as never,
      settings: {} as never,
    },
    consoleUrl: null,
    now: () => now,
  });
  assert.equal((await worlds.profile("pf_0001")).v, 1);
  assert.equal((await worlds.profile("pf_0001")).v, 1);
  assert.equal((await worlds.profile("pf_0001", { atLeast: 2 })).v, 2);
  now = 1500;
  assert.equal((await worlds.profile("pf_0001")).v, 3);
  assert.equal((await worlds.profile("pf_0001", { fresh: true })).v, 4);
});
