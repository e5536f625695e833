import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProblemCode } from "@mailfleet/contracts";
import { ProblemError } from "@mailfleet/contracts";
import type { MachineEvent } from "@mailfleet/mailbox";
import { decide, type Occurrence } from "../mailbox/decide.ts";
import { at, givenMailbox, givenWorld } from "./given-documents.ts";

const world = givenWorld();
const approve: MachineEvent = {
  type: "approve",
  address: "sales@example.org",
  currentAddress: "sales@example.org",
  at,
};
const testAndEnable: MachineEvent = { type: "test", enable: true, at };
const deadline: MachineEvent = { type: "timerFired", direction: "inbound", generation: 99, at };

function decided(events: MachineEvent[], more: Partial<Occurrence> = {}) {
  return decide(
    givenMailbox(),
    { id: "c-2", kind: "command", at, event: "x", by: "ada", plan: () => ({ events }), ...more },
    world,
  );
}

/** The decision, where something is to be written. */
function accepted(events: MachineEvent[]) {
  const decision = decided(events);
  assert.ok(!("ignored" in decision));
  return decision;
}
const refusedWith = (code: ProblemCode) => (error: unknown) =>
  error instanceof ProblemError && error.problem.code === code;

describe("what happens to a mailbox", () => {
  test("given a new mailbox, when it is approved and tested at once, then one version holds both", () => {
    const { after, outbox = [] } = accepted([approve, testAndEnable]);
    assert.equal(after?.status.lifecycle, "testing");
    assert.deepEqual([after.approval.at, after.approval.by], [at, "ada"]);
    assert.deepEqual(after.timerSeqs, { inbound: 2, outbound: 2 });
    assert.equal(after.rearmAt, at + world.policy.testDeadlineMs + 60_000);
    const facts = outbox.filter(({ type }) => type === "mailbox.transitioned.v1");
    assert.equal(facts.length, 1, "told once, from where the first event found it");
    const bodies = facts.map(({ body }) => body as { lifecycle: object });
    assert.deepEqual(bodies[0]?.lifecycle, { from: "pendingApproval", to: "testing" });
    assert.equal(after.history.length, 2);
  });

  test("given one of two events is refused, then neither is taken", () => {
    assert.throws(() => decided([testAndEnable, approve]), refusedWith("NOT_POSSIBLE_NOW"));
  });

  test("given a command of a former owner, then the mailbox does not exist for him", () => {
    const plan = () => assert.fail("it was planned");
    assert.throws(() => decided([], { owner: 7, plan }), refusedWith("NOT_FOUND"));
  });

  test("given a report of another generation, then nothing is written", () => {
    assert.ok("ignored" in decided([deadline], { kind: "report" }));
  });

  test("given a command that changes nothing, then it makes no history and no fact", () => {
    const { after, outbox, note, ...rest } = accepted([{ type: "activate", at }]);
    assert.deepEqual([after?.history, outbox, note], [givenMailbox().history, [], null]);
    assert.deepEqual(rest, { quiet: true });
  });

  test("given it is deleted, then it is gone and waits for nothing", () => {
    const decision = accepted([{ type: "delete", at }]);
    assert.ok("gone" in decision);
    assert.equal(decision.after?.rearmAt, undefined);
  });
});
