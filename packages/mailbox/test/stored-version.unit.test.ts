import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Direction, directions, RetryPolicy } from "@mailfleet/contracts";
import {
  lifecycle,
  type MachineState,
  restoreMachine,
  statusOf,
  step,
  UnknownMachineVersion,
} from "@mailfleet/mailbox";

const policy = RetryPolicy.parse({});

/** Snapshots as released versions wrote them. They are never rewritten: a new version adds a file. */
const releasedVersions = ["1"];
const golden = (version: string) =>
  JSON.parse(readFileSync(new URL(`golden/machine-${version}.json`, import.meta.url), "utf8")) as Record<
    string,
    { lifecycle: string; machine: MachineState }
  >;

for (const version of releasedVersions)
  for (const [name, stored] of Object.entries(golden(version)))
    test(`a mailbox stored by version ${version} while ${name} still resolves and goes on`, () => {
      const machine = restoreMachine(stored.machine);
      assert.equal(lifecycle(machine), stored.lifecycle);
      for (const direction of directions) assert.ok(statusOf(machine, direction, policy).state);
      const { generation } = machine.directions.inbound.context;
      const report = { direction: "inbound" as Direction, generation, at: 9_000_000 };
      for (const purpose of ["test", "sync", "probe"] as const)
        assert.notEqual(step(machine, { type: "runSucceeded", purpose, ...report }, policy).outcome, "refused");
      assert.equal(step(machine, { type: "delete", at: 9_000_000 }, policy).outcome, "accepted");
    });

test("what no release wrote is refused in words", () => {
  const machine = golden("1").running?.machine;
  for (const stored of [{ ...machine, version: "99" }, { ...machine, version: undefined }, null, "machine"]) {
    assert.throws(() => restoreMachine(stored), UnknownMachineVersion);
    assert.throws(() => restoreMachine(stored), /this release reads 1/);
  }
});

test("a state name that the chart does not know is an error, not a guess", () => {
  const machine = structuredClone(golden("1").running?.machine) as MachineState;
  (machine.directions.inbound as { value: unknown }).value = "sleeping";
  assert.throws(() => step(machine, { type: "disable", at: 0 }, policy), /sleeping/);
});
