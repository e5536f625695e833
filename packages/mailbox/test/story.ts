import assert from "node:assert/strict";
import {
  type Direction,
  type Failure,
  type FailureCode,
  failureOf,
  type Purpose,
  RetryPolicy,
} from "@mailfleet/contracts";
import {
  createMachine,
  type Effect,
  type MachineEvent,
  type MachineState,
  type NewMachine,
  type StepResult,
  statusOf,
  step,
} from "@mailfleet/mailbox";

/** The policy that ships: ten times, five minutes apart. */
export const defaultPolicy = RetryPolicy.parse({});
export const minute = 60_000;

type Body<Event extends MachineEvent = MachineEvent> = Event extends MachineEvent ? Omit<Event, "at"> : never;
type Accepted = Extract<StepResult, { outcome: "accepted" }>;

/** A mailbox that receives one event after another and remembers the last. */
export interface Story {
  at: number;
  machine: MachineState;
  /** Effects of the last event. */
  effects: Effect[];
  /** Sends an event, whatever the result. */
  say(body: Body): StepResult;
  /** Sends an event that must be accepted. */
  tell(body: Body): Accepted;
  ok(direction: Direction, purpose: Purpose): StepResult;
  failed(direction: Direction, purpose: Purpose, failure: FailureCode | Failure): StepResult;
  timer(direction: Direction): StepResult;
  state(direction: Direction): string;
  generation(direction: Direction): number;
  some<Type extends Effect["type"]>(type: Type): Extract<Effect, { type: Type }>[];
}

/** A new mailbox, by default approved, active, with both directions. */
export function story(input: Partial<NewMachine> = {}, policy: RetryPolicy = defaultPolicy): Story {
  const machine = createMachine({
    mailboxId: "mb_story",
    configured: ["inbound", "outbound"],
    active: true,
    approved: true,
    ...input,
  });
  const self: Story = {
    at: 1_000_000,
    machine,
    effects: [],
    say(body) {
      const result = step(self.machine, { ...body, at: self.at } as MachineEvent, policy);
      self.effects = result.outcome === "accepted" ? result.effects : [];
      if (result.outcome === "accepted") self.machine = result.state;
      return result;
    },
    tell(body) {
      const result = self.say(body);
      assert.equal(result.outcome, "accepted", JSON.stringify(result));
      return result as Accepted;
    },
    ok: (direction, purpose) =>
      self.say({ type: "runSucceeded", direction, purpose, generation: self.generation(direction) }),
    failed: (direction, purpose, failure) =>
      self.say({
        type: "runFailed",
        direction,
        purpose,
        generation: self.generation(direction),
        failure: typeof failure === "string" ? failureOf(failure) : failure,
      }),
    timer: (direction) => self.say({ type: "timerFired", direction, generation: self.generation(direction) }),
    state: (direction) => statusOf(self.machine, direction, policy).state,
    generation: (direction) => self.machine.directions[direction].context.generation,
    some: <Type extends Effect["type"]>(type: Type) =>
      self.effects.filter((effect): effect is Extract<Effect, { type: Type }> => effect.type === type),
  };
  return self;
}

/** A mailbox whose directions have all passed their test and work. */
export function enabledStory(input: Partial<NewMachine> = {}, policy: RetryPolicy = defaultPolicy): Story {
  const told = story(input, policy);
  told.tell({ type: "test", enable: true });
  for (const direction of told.machine.configured) told.ok(direction, "test");
  return told;
}
