import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProblemCode } from "@mailfleet/contracts";
import { ProblemError } from "@mailfleet/contracts";
import type { MachineEvent } from "@mailfleet/mailbox";
import { type Decision, decide, type StepInput } from "../src/decide.ts";
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

function decided(events: MachineEvent[], more: Partial<StepInput> = {}): Decision {
  const input: StepInput = { id: "c-2", kind: "command", at, event: "x", by: "ada", plan: () => ({ events }), ...more };
  return decide(givenMailbox(), input, world);
}
const refusedWith = (code: ProblemCode) => (error: unknown) =>
  error instanceof ProblemError && error.problem.code === code;

describe("a step", () => {
  test("given a new mailbox, when it is approved and tested at once, then one version holds both", () => {
    const decision = decided([approve, testAndEnable]);
    assert.equal(decision.outcome, "accepted");
    if (decision.outcome !== "accepted") return;
    const { commit } = decision;
    assert.equal(commit.status.lifecycle, "testing");
    assert.deepEqual([commit.approval.at, commit.approval.by], [at, "ada"]);
    assert.deepEqual(commit.timerSeqs, { inbound: 2, outbound: 2 });
    assert.equal(commit.rearmAt, at + world.policy.testDeadlineMs + 60_000);
    const facts = commit.outbox.filter(({ type }) => type === "mailbox.transitioned.v1");
    assert.equal(facts.length, 1, "told once, from where the first event found it");
    const bodies = facts.map(({ body }) => body as { lifecycle: object });
    assert.deepEqual(bodies[0]?.lifecycle, { from: "pendingApproval", to: "testing" });
    assert.equal(commit.history.length, 1);
    assert.deepEqual(commit.inbox, [{ id: "c-2", at, answer: decision.answer }]);
  });

  test("given one of two events is refused, then neither is taken", () => {
    assert.throws(() => decided([testAndEnable, approve]), refusedWith("NOT_POSSIBLE_NOW"));
  });

  test("given another version than the asker saw, then it is refused before anything is planned", () => {
    const plan = () => assert.fail("it was planned");
    assert.throws(() => decided([], { ifVersion: 7, plan }), refusedWith("STALE_VERSION"));
  });

  test("given a report of another generation, then nothing is written", () => {
    assert.equal(decided([deadline], { kind: "report" }).outcome, "ignored");
  });

  test("given a command that changes nothing, then it is remembered but makes no history and no fact", () => {
    const decision = decided([{ type: "activate", at }]);
    assert.equal(decision.outcome, "accepted");
    if (decision.outcome !== "accepted") return;
    assert.deepEqual([decision.commit.history, decision.commit.outbox, decision.transition], [[], [], null]);
    assert.equal(decision.commit.inbox.length, 1);
    assert.equal(decision.commit.changedAt, givenMailbox().changedAt);
  });

  test("given it is deleted, then its tombstone has an end and waits for nothing", () => {
    const decision = decided([{ type: "delete", at }]);
    assert.equal(decision.outcome, "accepted");
    if (decision.outcome !== "accepted") return;
    assert.deepEqual(decision.answer, {});
    assert.ok(decision.commit.expireAt && decision.commit.rearmAt === undefined);
  });
});
