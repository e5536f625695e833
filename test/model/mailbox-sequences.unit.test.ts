import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Direction,
  type DirectionState,
  directionStates,
  directions,
  type FailureCode,
  failureCodes,
  failureOf,
  type Purpose,
  purposes,
  RetryPolicy,
} from "@mailfleet/contracts";
import {
  createMachine,
  lifecycle,
  type MachineEvent,
  type MachineState,
  restoreMachine,
  type SetTimer,
  type StepResult,
  statusOf,
  step,
  stepAll,
  timersOf,
} from "@mailfleet/mailbox";
import fc from "fast-check";

/** An event but for its time and generation, which depend on what came before. `age`: generations behind the present. */
type Planned = { readonly body: object; readonly age: number; readonly wait: number };

const some = fc.subarray([...directions], { minLength: 1 });
const one = fc.constantFrom(...directions);
const address = fc.constantFrom("a@example.org", "b@example.org");
const code = fc.constantFrom(...(Object.keys(failureCodes) as FailureCode[]));
const retryAfterMs = fc.option(fc.integer({ min: 0, max: 100_000_000 }), { nil: undefined });

const disruption = fc.oneof(
  fc.record({ type: fc.constant("reject"), reason: fc.constant("no") }),
  fc.record({ type: fc.constantFrom("disable", "deactivate") }),
  fc.record({ type: fc.constant("configured"), directions: fc.subarray([...directions]) }),
  fc.record({ type: fc.constantFrom("addressChanged", "ownerChanged"), approvalRequired: fc.boolean() }),
  fc.record({ type: fc.constant("settingsChanged"), directions: some, fields: fc.constant(["/inbound/host"]) }),
);
const help = fc.oneof(
  fc.record({ type: fc.constant("approve"), address, currentAddress: fc.constant("a@example.org") }),
  fc.record({ type: fc.constantFrom("resubmit", "activate") }),
  fc.record({ type: fc.constant("test"), enable: fc.boolean(), directions: fc.option(some, { nil: undefined }) }),
  fc.record({ type: fc.constant("configured"), directions: fc.constant([...directions]) }),
  fc.record({ type: fc.constant("syncNow"), directions: fc.option(some, { nil: undefined }) }),
);
const command = fc.oneof(
  { weight: 1, arbitrary: disruption },
  { weight: 2, arbitrary: help },
  { weight: 2, arbitrary: fc.constant({ type: "test", enable: true }) },
  { weight: 1, arbitrary: fc.constant({ type: "activate" }) },
);
const failure = fc
  .record({ code, retryAfterMs })
  .map(({ code: name, retryAfterMs: after }) => failureOf(name, { reply: "NO" }, after));
const anyReport = fc.oneof(
  fc.record({ type: fc.constant("runSucceeded"), direction: one, purpose: fc.constantFrom(...purposes) }),
  fc.record({ type: fc.constant("runFailed"), direction: one, purpose: fc.constantFrom(...purposes), failure }),
  fc.record({ type: fc.constant("timerFired"), direction: one }),
);
/** Without a purpose: that of the run which the direction waits for. */
const expectedReport = fc.oneof(
  fc.record({ type: fc.constant("runSucceeded"), direction: one }),
  fc.record({ type: fc.constant("runFailed"), direction: one, failure }),
  // Several in a row lead to probing; the longer the list of codes, the rarer they come by chance.
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("runFailed"),
      direction: one,
      failure: fc.constant(failureOf("CONNECTION_LOST")),
    }),
  },
  fc.record({ type: fc.constant("timerFired"), direction: one }),
);
const planned: fc.Arbitrary<Planned> = fc.record({
  body: fc.oneof(
    { weight: 60, arbitrary: command },
    { weight: 60, arbitrary: anyReport },
    { weight: 280, arbitrary: expectedReport },
    { weight: 1, arbitrary: fc.constant({ type: "delete" }) },
  ),
  age: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }),
  wait: fc.integer({ min: 0, max: 7_200_000 }),
});

const policy = RetryPolicy.parse({ maximumAttempts: 3 });
const fresh = () =>
  createMachine({ mailboxId: "mb_model", configured: ["inbound", "outbound"], active: true, approved: true });

const awaited: Partial<Record<DirectionState, Purpose>> = { testing: "test", "failed.probing": "probe" };

function eventOf({ body, age }: Planned, machine: MachineState, at: number): MachineEvent {
  if (!("direction" in body)) return { ...body, at } as unknown as MachineEvent;
  const { state, generation } = statusOf(machine, body.direction as Direction, policy);
  return { purpose: awaited[state] ?? "sync", ...body, at, generation: generation - age } as unknown as MachineEvent;
}

/** A state that cannot be changed: a step that tried would throw. */
function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}

function assertInvariants(machine: MachineState, armed: ReadonlyMap<string, SetTimer>): void {
  const usable = machine.active && !machine.deleted && machine.approval.value === "approved";
  let enabled = false;
  for (const direction of directions) {
    const status = statusOf(machine, direction, policy);
    enabled ||= status.enabled;
    if (status.enabled) assert.ok(usable && machine.wanted && status.configured, `${direction} works but may not`);
    assert.ok(status.attempt <= policy.maximumAttempts + 1 && status.attemptsLeft >= 0);
    assert.equal(status.state === "off", !(usable && status.configured));
    if (status.state.startsWith("failed")) assert.ok(status.lastError, "a failure has a cause");
  }
  assert.equal(lifecycle(machine).startsWith("enabled"), enabled);
  assert.deepEqual(
    Object.fromEntries(timersOf(machine).map((timer) => [timer.name, timer])),
    Object.fromEntries(armed),
  );
}

function arm(armed: Map<string, SetTimer>, result: StepResult): void {
  if (result.outcome !== "accepted") return;
  for (const effect of result.effects) {
    if (effect.type === "setTimer") armed.set(effect.name, effect);
    if (effect.type === "clearTimer") armed.delete(effect.name);
  }
}

test("whatever comes in whatever order, the rules hold, nothing is mutated, and storing in between changes nothing", () => {
  const visited = new Set<DirectionState>();
  fc.assert(
    fc.property(fc.array(planned, { maxLength: 80, size: "max" }), (plans) => {
      let machine = frozen(fresh());
      let at = 0;
      const armed = new Map<string, SetTimer>();
      for (const plan of plans) {
        at += plan.wait;
        const event = frozen(eventOf(plan, machine, at));
        const result = step(machine, event, policy);
        const stored = JSON.parse(JSON.stringify(machine)) as unknown;
        assert.deepEqual(step(restoreMachine(stored), event, policy), result, "stored and read again");
        if (plan.age > 0 && "direction" in event) assert.equal(result.outcome, "ignored");
        if (result.outcome !== "accepted") continue;
        assert.deepEqual(JSON.parse(JSON.stringify(result)), result, "JSON only");
        arm(armed, result);
        machine = frozen(result.state);
        assertInvariants(machine, armed);
        for (const direction of directions) visited.add(statusOf(machine, direction, policy).state);
      }
    }),
    { numRuns: 300 },
  );
  const missed = directionStates.filter((state) => !visited.has(state));
  assert.deepEqual(missed, [], "the sequences reach every state");
});

test("a command given twice changes nothing the second time, tests aside", () => {
  fc.assert(
    fc.property(fc.array(planned, { maxLength: 40, size: "max" }), command, (plans, last) => {
      fc.pre(!["test", "settingsChanged"].includes(last.type) && !("approvalRequired" in last));
      let machine = fresh();
      for (const plan of plans) {
        const result = step(machine, eventOf(plan, machine, 0), policy);
        if (result.outcome === "accepted") machine = result.state;
      }
      const event = { ...last, at: 1 } as unknown as MachineEvent;
      const first = step(machine, event, policy);
      if (first.outcome !== "accepted") return;
      const second = step(first.state, event, policy);
      assert.equal(second.outcome === "accepted" && second.changed, false, JSON.stringify(event));
    }),
    { numRuns: 300 },
  );
});

test("events taken as one step lead where they lead one by one", () => {
  fc.assert(
    fc.property(
      fc.array(planned, { maxLength: 30, size: "max" }),
      fc.array(command, { maxLength: 4 }),
      (plans, together) => {
        let machine = fresh();
        for (const plan of plans) {
          const result = step(machine, eventOf(plan, machine, 0), policy);
          if (result.outcome === "accepted") machine = result.state;
        }
        const events = together.map((body) => ({ ...body, at: 1 }) as unknown as MachineEvent);
        const all = stepAll(machine, events, policy);
        let current = machine;
        for (const event of events) {
          const result = step(current, event, policy);
          if (result.outcome === "refused") return assert.equal(all.outcome, "refused");
          if (result.outcome === "accepted") current = result.state;
        }
        assert.deepEqual(all.outcome === "accepted" && all.state, current);
      },
    ),
    { numRuns: 200 },
  );
});
