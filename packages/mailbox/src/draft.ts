import { type Direction, directions, type RetryPolicy } from "@mailfleet/contracts";
import { transition } from "xstate";
import { type ApprovalEvent, approvalChart } from "./approval-chart.ts";
import { directionChart } from "./direction-chart.ts";
import { effectsOf } from "./direction-effects.ts";
import type { DirectionSignal } from "./direction-setup.ts";
import type { Effect } from "./effects.ts";
import type { DirectionMemory, DirectionValue, MachineState } from "./machine-state.ts";
import { wordOf } from "./words.ts";

/** A transition in the making: a state that may be changed, and the effects so far. Never leaves the package. */
export interface Draft {
  readonly before: MachineState;
  readonly state: MachineState;
  readonly at: number;
  readonly policy: RetryPolicy;
  readonly effects: Effect[];
}

/** A draft over a state. The state itself does not change. */
export function draftOf(before: MachineState, at: number, policy: RetryPolicy): Draft {
  return { before, state: { ...before, directions: { ...before.directions } }, at, policy, effects: [] };
}

/** Whether this direction may be tested and may work. */
export function isAllowed(state: MachineState, direction: Direction): boolean {
  return !state.deleted && state.active && state.approval.value === "approved" && state.configured.includes(direction);
}

/** Sends one direction a signal and keeps the result. False: the signal does not apply to it. */
export function tell(draft: Draft, direction: Direction, signal: DirectionSignal): boolean {
  const memory = draft.state.directions[direction];
  const { at, policy } = draft;
  const from = directionChart.resolveState({ value: memory.value, context: memory.context });
  const [to, actions] = transition(directionChart, from, {
    ...signal,
    at,
    policy,
    direction,
    mailboxId: draft.state.mailboxId,
    wanted: draft.state.wanted === true,
  });
  const value = to.value as DirectionValue;
  const moved = wordOf(value) !== wordOf(memory.value);
  if (!moved && to.context === memory.context) return false;
  const next: DirectionMemory = { value, context: to.context, since: moved ? at : memory.since };
  draft.state.directions[direction] = next;
  const about = { direction, before: memory.context, after: to.context, policy };
  for (const action of actions) draft.effects.push(...effectsOf(about, action));
  return true;
}

/** Sends the approval chart an event. False: it does not apply in its present state. */
export function tellApproval(draft: Draft, event: ApprovalEvent): boolean {
  const { value, context } = draft.state.approval;
  const [to] = transition(approvalChart, approvalChart.resolveState({ value, context }), event);
  if (to.value === value && to.context === context) return false;
  draft.state.approval = { value: to.value, context: to.context };
  return true;
}

/** Brings the directions in line with what is allowed: out of `off` when all conditions hold, back when one fails. */
export function permit(draft: Draft): void {
  for (const direction of directions) {
    const isOff = draft.state.directions[direction].value === "off";
    const allowed = isAllowed(draft.state, direction);
    if (allowed && isOff) tell(draft, direction, { type: "ALLOW" });
    if (!allowed && !isOff) tell(draft, direction, { type: "FORBID" });
  }
}

/** A wanted direction does not stay idle: it is tested, and works once it passes. */
export function pursue(draft: Draft): void {
  if (draft.state.wanted !== true) return;
  for (const direction of directions)
    if (draft.state.directions[direction].value === "idle") tell(draft, direction, { type: "TEST" });
}
