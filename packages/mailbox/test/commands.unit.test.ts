import assert from "node:assert/strict";
import { test } from "node:test";
import { type Direction, RetryPolicy } from "@mailfleet/contracts";
import { lifecycle, step, stepAll } from "@mailfleet/mailbox";
import { enabledStory, type Story, story } from "./story.ts";

const seen = { type: "approve", address: "sales@example.org", currentAddress: "sales@example.org" } as const;
const pending = () => story({ approved: false });
const refusedWith = (told: Story, body: Parameters<Story["say"]>[0], code: string) => {
  const before = told.machine;
  const result = told.say(body);
  assert.equal(result.outcome, "refused");
  assert.equal(result.outcome === "refused" && result.code, code);
  assert.equal(told.machine, before);
};
const unchanged = (told: Story, body: Parameters<Story["say"]>[0]) => {
  const { changed, effects } = told.tell(body);
  assert.deepEqual([changed, effects], [false, []]);
};

test("given approval is required, a new mailbox waits for it; given it is not, it is approved", () => {
  assert.equal(lifecycle(pending().machine), "pendingApproval");
  assert.equal(lifecycle(story().machine), "approved");
});

test("given a pending mailbox, when its address is approved as seen, then its directions are allowed but idle", () => {
  const told = pending();
  told.tell(seen);
  assert.equal(lifecycle(told.machine), "approved");
  assert.deepEqual([told.state("inbound"), told.state("act")], ["idle", "off"]);
});

test("given the address changed behind the approver's back, when he approves, then he is refused", () => {
  refusedWith(pending(), { ...seen, currentAddress: "other@example.org" }, "ADDRESS_NOT_AS_SEEN");
});

test("given an approved mailbox, when the same address is approved again, then nothing changes", () => {
  unchanged(story(), { ...seen, address: "Sales@Example.org" });
});

test("given a rejected mailbox, then it says why, must be resubmitted, and can be approved again", () => {
  const told = pending();
  told.tell({ type: "reject", reason: "not ours" });
  assert.equal(lifecycle(told.machine), "rejected");
  assert.equal(told.machine.approval.context.reason, "not ours");
  refusedWith(told, seen, "NOT_POSSIBLE_NOW");
  unchanged(told, { type: "reject", reason: "still not ours" });
  told.tell({ type: "resubmit" });
  unchanged(told, { type: "resubmit" });
  told.tell(seen);
  assert.equal(lifecycle(told.machine), "approved");
});

test("given an enabled mailbox, when its approval is withdrawn, then it stops and is wanted no more", () => {
  const told = enabledStory();
  told.tell({ type: "reject", reason: "left the company" });
  assert.deepEqual([lifecycle(told.machine), told.machine.wanted, told.state("inbound")], ["rejected", null, "off"]);
});

for (const type of ["addressChanged", "ownerChanged"] as const) {
  test(`given an enabled mailbox, when ${type}, then approval is pending, nothing is wanted, results do not count`, () => {
    const told = enabledStory();
    told.tell({ type });
    assert.deepEqual([lifecycle(told.machine), told.machine.wanted], ["pendingApproval", null]);
    assert.equal(told.machine.directions.inbound.context.verdict, "NotRun");
    assert.deepEqual(
      told.some("raiseAlert").map((alert) => alert.code),
      ["SETTINGS_CHANGED"],
    );
  });
  test(`given no approval is required, when ${type}, then it stays approved but must be enabled anew`, () => {
    const told = enabledStory();
    told.tell({ type, approvalRequired: false });
    assert.deepEqual([lifecycle(told.machine), told.state("inbound")], ["approved", "idle"]);
  });
}

test("given an approved mailbox, when it is tested without enabling, then success leaves it idle", () => {
  const told = story();
  told.tell({ type: "test", enable: false });
  assert.equal(lifecycle(told.machine), "testing");
  assert.equal(told.some("requestRun").length, 2);
  told.ok("inbound", "test");
  told.ok("outbound", "test");
  assert.deepEqual([lifecycle(told.machine), told.machine.directions.inbound.context.verdict], ["approved", "Success"]);
});

test("given an idle mailbox, when one direction is tested without enabling, then the other stays idle", () => {
  const told = story();
  told.tell({ type: "test", enable: false, directions: ["outbound"] });
  assert.deepEqual([told.state("inbound"), told.state("outbound")], ["idle", "testing"]);
});

test("given an idle mailbox, when one direction is tested and enabled, then the mailbox is wanted and so is the other", () => {
  const told = story();
  told.tell({ type: "test", enable: true, directions: ["outbound"] });
  assert.deepEqual([told.state("inbound"), told.state("outbound")], ["testing", "testing"]);
});

test("given one direction works, when the other failed and is tested alone, then the working one is left in peace", () => {
  const told = enabledStory();
  told.failed("outbound", "sync", "SENDER_REFUSED");
  told.tell({ type: "test", enable: true, directions: ["outbound"] });
  assert.deepEqual([told.state("inbound"), told.state("outbound")], ["enabled.running", "testing"]);
  assert.equal(told.machine.directions.inbound.context.besideTestDue, null);
});

test("what cannot be tested is refused with a remedy", () => {
  const test = { type: "test", enable: true } as const;
  refusedWith(pending(), test, "NOT_POSSIBLE_NOW");
  refusedWith(story({ active: false }), test, "NOT_POSSIBLE_NOW");
  refusedWith(story({ configured: [] }), test, "NOT_POSSIBLE_NOW");
  refusedWith(story({ configured: ["inbound"] }), { ...test, directions: ["outbound"] }, "NOT_POSSIBLE_NOW");
});

test("a wanted mailbox whose last direction is taken away did not fail: it is just approved", () => {
  const told = enabledStory();
  told.tell({ type: "configured", directions: [] });
  assert.equal(lifecycle(told.machine), "approved");
  told.tell({ type: "configured", directions: ["inbound"] });
  assert.equal(lifecycle(told.machine), "testing", "it is still wanted");
});

test("given an enabled mailbox, when it is disabled, then it stops at once, and a second time changes nothing", () => {
  const told = enabledStory();
  told.tell({ type: "disable" });
  assert.equal(lifecycle(told.machine), "disabled.byAdmin");
  assert.deepEqual(
    told.some("clearTimer").map((timer) => timer.name),
    ["inbound"],
  );
  unchanged(told, { type: "disable" });
});

test("given an administrator disabled it, then its owner may test but not enable it, until an administrator did", () => {
  const told = enabledStory();
  const enable = { type: "test", enable: true, byOwner: true } as const;
  told.tell({ type: "disable" });
  refusedWith(told, enable, "NOT_POSSIBLE_NOW");
  told.tell({ type: "disable", byOwner: true });
  told.tell({ type: "addressChanged", approvalRequired: false });
  refusedWith(told, enable, "NOT_POSSIBLE_NOW");
  assert.equal(told.tell({ ...enable, enable: false }).changed, true);
  assert.notEqual(told.machine.wanted, true);
  told.tell({ type: "test", enable: true });
  told.tell({ type: "disable", byOwner: true });
  told.tell(enable);
  assert.equal(told.machine.wanted, true, "what he disabled himself he enables");
});

test("given a mailbox that waits for approval, when an administrator disables it, then its owner never enables it", () => {
  const told = pending();
  told.tell({ type: "disable" });
  told.tell(seen);
  assert.equal(lifecycle(told.machine), "approved");
  refusedWith(told, { type: "test", enable: true, byOwner: true }, "NOT_POSSIBLE_NOW");
});

test("given an enabled mailbox, when it is made inactive and active again, then it is tested and works again", () => {
  const told = enabledStory();
  told.tell({ type: "deactivate" });
  assert.deepEqual([lifecycle(told.machine), told.state("inbound")], ["inactive", "off"]);
  unchanged(told, { type: "deactivate" });
  told.tell({ type: "activate" });
  assert.equal(lifecycle(told.machine), "testing");
});

test("given an enabled mailbox, when credentials change, then its directions are tested again and people hear which field", () => {
  const told = enabledStory();
  const generation = told.generation("inbound");
  told.tell({ type: "settingsChanged", directions: ["inbound"], fields: ["/credentials"] });
  assert.deepEqual([told.state("inbound"), told.state("outbound")], ["testing", "enabled.running"]);
  assert.equal(told.machine.directions.inbound.context.verdict, "NotRun");
  assert.ok(told.generation("inbound") > generation);
  assert.deepEqual(
    told.some("raiseAlert").map(({ code, detail }) => [code, detail]),
    [["SETTINGS_CHANGED", "/credentials"]],
  );
});

test("given a disabled mailbox, when credentials change, then nothing starts by itself", () => {
  const told = enabledStory();
  told.tell({ type: "disable" });
  told.tell({ type: "settingsChanged", directions: ["inbound", "outbound"], fields: ["/credentials"] });
  assert.deepEqual([lifecycle(told.machine), told.some("requestRun")], ["disabled.byAdmin", []]);
});

test("given a mailbox that was never tested, when its first credentials are set, then nobody is told", () => {
  const told = story();
  told.tell({ type: "settingsChanged", directions: ["inbound", "outbound"], fields: ["/credentials"] });
  assert.deepEqual(told.some("raiseAlert"), []);
});

test("given a deleted mailbox, then nothing brings it back", () => {
  const told = enabledStory();
  told.tell({ type: "delete" });
  assert.equal(lifecycle(told.machine), "deleted");
  assert.deepEqual(told.some("clearAlert"), [{ type: "clearAlert" }]);
  unchanged(told, { type: "delete" });
  refusedWith(told, { type: "activate" }, "NOT_FOUND");
  assert.equal(told.ok("inbound", "sync").outcome, "ignored");
});

test("sync now runs what is enabled, looks at what is probed, and is refused where nothing runs", () => {
  const told = enabledStory({}, RetryPolicy.parse({ maximumAttempts: 1 }));
  for (const _ of [1, 2]) told.failed("outbound", "sync", "CONNECTION_REFUSED");
  const { changed } = told.tell({ type: "syncNow" });
  assert.equal(changed, false);
  assert.deepEqual(
    told.some("requestRun").map(({ direction, purpose }) => [direction, purpose]),
    [
      ["inbound", "sync"],
      ["outbound", "probe"],
    ] satisfies [Direction, string][],
  );
  refusedWith(story(), { type: "syncNow" }, "NOT_POSSIBLE_NOW");
});

test("given a working mailbox, when the policy asks for another rhythm, then the timer follows and nothing is void", () => {
  const told = enabledStory();
  const generation = told.generation("inbound");
  unchanged(told, { type: "policyChanged" });
  told.at += 1000;
  const sooner = RetryPolicy.parse({ pollMs: 60_000 });
  const result = step(told.machine, { type: "policyChanged", at: told.at }, sooner);
  assert.ok(result.outcome === "accepted");
  assert.deepEqual(
    result.effects
      .filter((effect) => effect.type === "setTimer")
      .map(({ due, everyMs, generation: g }) => [due, everyMs, g]),
    [[told.at + 60_000, 60_000, generation]],
  );
});

test("several events are one step: all or nothing, one timer each, no run that is void already, one fact", () => {
  const told = enabledStory();
  const policy = RetryPolicy.parse({});
  const changed = { type: "settingsChanged", directions: ["inbound"], fields: ["/host"], at: 5 } as const;
  const result = stepAll(told.machine, [changed, { type: "deactivate", at: 5 }], policy);
  assert.ok(result.outcome === "accepted");
  const named = result.effects.filter((effect) => effect.type === "setTimer" || effect.type === "clearTimer");
  assert.deepEqual(named, [{ type: "clearTimer", name: "inbound" }]);
  assert.equal(result.effects.filter((effect) => effect.type === "requestRun").length, 0);
  assert.deepEqual(
    result.effects.filter((effect) => effect.type === "publishFact"),
    [{ type: "publishFact", fact: "transitioned", lifecycle: { from: "enabled.running", to: "inactive" } }],
  );
  const half = stepAll(
    told.machine,
    [
      { type: "disable", at: 5 },
      { type: "resubmit", at: 5 },
    ],
    policy,
  );
  assert.equal(half.outcome, "refused");
});

test("what a person asked for is over once an event in the middle ends it, as if each came alone", () => {
  const told = enabledStory();
  const policy = RetryPolicy.parse({});
  const asked = step(told.machine, { type: "test", enable: true, at: 5 }, policy);
  assert.ok(asked.outcome === "accepted" && asked.state.asked);
  const offAndOn = [
    { type: "deactivate", at: 6 },
    { type: "activate", at: 6 },
  ] as const;
  const result = stepAll(asked.state, offAndOn, policy);
  assert.ok(result.outcome === "accepted");
  assert.equal(result.state.asked, undefined);
});
