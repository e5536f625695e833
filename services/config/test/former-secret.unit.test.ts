import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type FailureCode, failureOf } from "@mailfleet/contracts";
import { type MachineEvent, restoreMachine } from "@mailfleet/mailbox";
import type { StoredMailbox } from "../mailbox/body.ts";
import { decide } from "../mailbox/decide.ts";
import { eventOf } from "../mailbox/former-secret.ts";
import { planSpread } from "../mailbox/spread-profiles.ts";
import { switchField } from "../profile/relevant-fields.ts";
import { at, givenMailbox, givenProfile, givenWorld } from "./given-documents.ts";

const generationOf = ({ machine }: StoredMailbox) => restoreMachine(machine).directions.inbound.context.generation;

function after(mailbox: StoredMailbox, ...events: MachineEvent[]): StoredMailbox {
  const decision = decide(
    mailbox,
    { id: "x", kind: "command", at, event: "x", plan: () => ({ events }) },
    givenWorld(),
  );
  assert.ok(!("ignored" in decision) && decision.after);
  return { ...mailbox, ...decision.after };
}

/** Receiving works, and the profile's next secrets were put in place at `at`. */
function givenSwitched(): StoredMailbox {
  const approved = after(
    givenMailbox(),
    { type: "approve", address: "sales@example.org", currentAddress: "sales@example.org", at },
    { type: "test", enable: true, at },
  );
  const generation = generationOf(approved);
  const passed = { type: "runSucceeded", direction: "inbound", generation, purpose: "test", at } as const;
  return { ...after(approved, passed), switchedAt: at };
}

const failed = (
  mailbox: StoredMailbox,
  more: { code?: FailureCode; purpose?: "sync" | "test"; old?: true; laterMs?: number } = {},
) =>
  ({
    type: "runFailed",
    direction: "inbound",
    generation: generationOf(mailbox) - (more.old ? 1 : 0),
    purpose: more.purpose ?? "sync",
    failure: failureOf(more.code ?? "CLIENT_REJECTED"),
    at: at + (more.laterMs ?? 300),
  }) as const;

describe("a run that began before the switch to the next secrets", () => {
  test("and is refused after it, has its direction tested with the new ones, and ends nothing", () => {
    const mailbox = givenSwitched();
    assert.equal(mailbox.status.directions.inbound.state, "enabled.running");
    const tested = after(mailbox, eventOf(failed(mailbox), mailbox));
    assert.equal(tested.status.directions.inbound.state, "testing");
    // The test decides: what it says counts.
    const report = failed(tested, { purpose: "test" });
    assert.equal(eventOf(report, tested), report);
  });

  test("the mailbox keeps when it heard of the switch, and of no other change", () => {
    const { switchedAt: _, ...mailbox } = givenSwitched();
    const heard = (field: string) => {
      const profile = { ...givenProfile(), v: 2, changedIn: { [field]: 2 } };
      const occurrence = { id: "x", kind: "report", at, event: "profileChanged" } as const;
      const decision = decide(mailbox, { ...occurrence, plan: () => planSpread(mailbox, profile, at) }, givenWorld());
      assert.ok(!("ignored" in decision) && decision.after);
      return decision.after.switchedAt;
    };
    assert.deepEqual([heard(switchField), heard("/name")], [at, undefined]);
  });

  for (const [what, more] of [
    ["another failure", { code: "CONNECTION_REFUSED" }],
    ["a run of another generation", { old: true }],
    ["a refusal long after the switch", { laterMs: 700_000 }],
  ] as const)
    test(`${what} is taken as it is`, () => {
      const mailbox = givenSwitched();
      const report = failed(mailbox, more);
      assert.equal(eventOf(report, mailbox), report);
    });

  test("without a switch a refusal is taken as it is", () => {
    const { switchedAt: _, ...mailbox } = givenSwitched();
    const report = failed(mailbox);
    assert.equal(eventOf(report, mailbox), report);
  });
});
