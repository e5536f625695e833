import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf } from "@mailfleet/contracts";
import { statusOf, step } from "@mailfleet/mailbox";
import { backOff } from "../src/waiting.ts";
import { defaultPolicy, enabledStory, minute, type Story, story } from "./story.ts";

/** Lets time pass to the next planned step of a direction, as the scheduler would. */
function passTime(told: Story): number {
  const { next } = statusOf(told.machine, "inbound", defaultPolicy, told.at);
  assert.ok(next, "nothing is planned");
  const waited = next.at - told.at;
  told.at = next.at;
  return waited;
}
const between = (value: number, low: number, high: number) =>
  assert.ok(value >= low && value <= high, `${value} is not within ${low} and ${high}`);

test("a direction that works is tried again ten times, five minutes apart, and then probed every hour", () => {
  const told = enabledStory();
  told.failed("inbound", "sync", "CONNECTION_REFUSED");

  const waits: number[] = [];
  for (let retry = 1; retry <= 10; retry++) {
    assert.equal(told.state("inbound"), "enabled.retrying", `before retry ${retry}`);
    assert.equal(statusOf(told.machine, "inbound", defaultPolicy).attemptsLeft, 11 - retry);
    waits.push(passTime(told));
    told.failed("inbound", "sync", "CONNECTION_REFUSED");
  }

  assert.equal(told.state("inbound"), "failed.probing", "after the tenth retry, the eleventh failure in a row");
  assert.equal(statusOf(told.machine, "inbound", defaultPolicy).attemptsLeft, 0);
  for (const wait of waits) between(wait, 5 * minute, 5.5 * minute);
  assert.ok(new Set(waits).size > 5, "the jitter differs from attempt to attempt");
  assert.equal(passTime(told), 60 * minute);
  assert.deepEqual(
    told.some("setTimer").map(({ name, deliver, purpose, everyMs }) => ({ name, deliver, purpose, everyMs })),
    [{ name: "inbound", deliver: "run", purpose: "probe", everyMs: 60 * minute }],
  );
});

test("an enabled act looks at the mark as seldom as a probe, and follows a change of that interval", () => {
  const told = enabledStory({ configured: ["inbound", "act"] });
  const every = () => statusOf(told.machine, "act", defaultPolicy).next?.everyMs;
  assert.equal(every(), 60 * minute);
  assert.equal(statusOf(told.machine, "inbound", defaultPolicy).next?.everyMs, 5 * minute);

  const seldom = { ...defaultPolicy, probeMs: 120 * minute };
  const retuned = step(told.machine, { type: "policyChanged", at: told.at }, seldom);
  assert.ok(retuned.outcome === "accepted");
  assert.equal(statusOf(retuned.state, "act", seldom).next?.everyMs, 120 * minute);
});

test("a test is repeated as often, each time with a run of its own", () => {
  const told = story({ configured: ["inbound"] });
  told.tell({ type: "test", enable: true });
  for (let retry = 1; retry <= 10; retry++) {
    told.failed("inbound", "test", "CONNECTION_TIMEOUT");
    assert.equal(told.state("inbound"), "retesting", `before retry ${retry}`);
    between(passTime(told), 5 * minute, 5.5 * minute);
    told.timer("inbound");
    assert.equal(told.some("requestRun").length, 1);
  }
  told.failed("inbound", "test", "CONNECTION_TIMEOUT");

  assert.equal(told.state("inbound"), "failed.probing");
});

test("a success resets the counter", () => {
  const told = enabledStory();
  for (let retry = 0; retry < 9; retry++) told.failed("inbound", "sync", "CONNECTION_REFUSED");
  told.ok("inbound", "sync");
  told.failed("inbound", "sync", "CONNECTION_REFUSED");

  assert.equal(statusOf(told.machine, "inbound", defaultPolicy).attempt, 1);
});

test("throttling uses up no attempts and waits as long as the server asks", () => {
  const told = enabledStory();
  for (let time = 0; time < 30; time++) {
    told.failed("inbound", "sync", failureOf("RATE_LIMITED", undefined, 20 * minute));
    between(passTime(told), 20 * minute, 20.5 * minute);
  }

  assert.equal(told.state("inbound"), "enabled.retrying");
  assert.equal(statusOf(told.machine, "inbound", defaultPolicy).attempt, 0);
});

test("a direction that is only throttled is told of after six hours and ends after two days, in work and in a test", () => {
  for (const purpose of ["sync", "test"] as const) {
    const told = purpose === "sync" ? enabledStory() : story({ configured: ["inbound"] });
    if (purpose === "test") told.tell({ type: "test", enable: true });
    const begun = told.at;
    const hours = () => (told.at - begun) / (60 * minute);
    const once = () => {
      told.failed("inbound", purpose, failureOf("SENDING_LIMIT_REACHED", { reply: "550 5.4.5 limit" }, 30 * minute));
      return told.some("raiseAlert").map(({ code, failure }) => `${code} ${failure?.evidence?.reply}`);
    };
    assert.deepEqual(once(), ["SENDING_LIMIT_REACHED 550 5.4.5 limit"]);
    const later = new Map<string, number>();
    while (["enabled.retrying", "retesting"].includes(told.state("inbound")) && hours() < 100) {
      passTime(told);
      if (purpose === "test") told.timer("inbound");
      for (const alert of once()) later.set(alert, hours());
    }
    between(later.get("THROTTLED_FOR_HOURS 550 5.4.5 limit") ?? 0, 6, 6.6);
    assert.equal(told.state("inbound"), "failed.probing");
    between(hours(), 48, 48.6);
    told.ok("inbound", "probe");
    assert.equal(told.state("inbound"), "enabled.running");
    told.failed("inbound", "sync", "RATE_LIMITED");
    assert.equal(told.state("inbound"), "enabled.retrying", "the time begins anew");
  }
});

test("a server that asks for years is followed for a day at most, and never earlier than the policy", () => {
  const told = enabledStory();
  told.failed("inbound", "sync", failureOf("RATE_LIMITED", undefined, 365 * 24 * 60 * minute));
  between(passTime(told), 24 * 60 * minute, 24 * 60 * minute + 30_000);
  told.failed("inbound", "sync", failureOf("RATE_LIMITED", undefined, 1000));
  between(passTime(told), 5 * minute, 5.5 * minute);
});

test("mailboxes that fail together do not come back together", () => {
  const waits = Array.from({ length: 200 }, (_, index) => {
    const waiting = { at: 0, direction: "inbound", mailboxId: `mb_${index}`, policy: defaultPolicy } as const;
    return backOff(waiting, 1, null).first;
  });
  assert.ok(new Set(waits).size > 190, "nearly all wait differently");
  const tenth = (Math.max(...waits) - Math.min(...waits)) / 30_000;
  assert.ok(tenth > 0.9, "the whole tenth is used");
});
