import { type Direction, directions } from "@mailfleet/contracts";
import { enabledDetail } from "./alert-words.ts";
import type { Draft } from "./draft.ts";
import type { DirectionMemory, MachineState } from "./machine-state.ts";
import { wordOf } from "./words.ts";

const isUnderTest = ({ value, context }: DirectionMemory) =>
  value === "testing" || value === "retesting" || context.besideTestDue !== null;
const hasPassed = ({ value, context }: DirectionMemory) =>
  wordOf(value) === "enabled.running" && context.verdict === "Success";

const every = (
  { directions: memory }: MachineState,
  of: readonly Direction[],
  holds: (one: DirectionMemory) => boolean,
) => of.every((direction) => holds(memory[direction]));

/** It is over: what was said is taken back. */
function endAsked({ state, effects }: Draft): void {
  if (state.asked?.passed && !state.deleted) effects.push({ type: "clearAlert", codes: ["MAILBOX_ENABLED"] });
  delete state.asked;
}

/** A person has just asked for test and enable: from now on it counts, and none before. */
export function beginAsked(draft: Draft): void {
  endAsked(draft);
  const { state } = draft;
  const tested = directions.filter((direction) => isUnderTest(state.directions[direction]));
  state.asked = { directions: tested, passed: false };
}

/**
 * Says once that all of a test and enable passed, however many directions it has and whatever was tried again on the way.
 * Tests that nobody asked for are not told of.
 */
export function followAsked(draft: Draft): void {
  const { state } = draft;
  if (!state.asked) return;
  const { directions: asked, passed } = state.asked;
  const holds = every(state, asked, (one) => hasPassed(one) || (!passed && isUnderTest(one)));
  if (state.deleted || !holds) {
    endAsked(draft);
    return;
  }
  if (passed || !every(state, asked, (one) => hasPassed(one) && !isUnderTest(one))) return;
  state.asked = { directions: asked, passed: true };
  draft.effects.push({ type: "raiseAlert", code: "MAILBOX_ENABLED", detail: enabledDetail(state) });
}
