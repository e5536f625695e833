import type { Direction, DirectionStatus, DirectionSummary, RetryPolicy } from "@mailfleet/contracts";
import type { SetTimer } from "./effects.ts";
import type { MachineState } from "./machine-state.ts";

/** The part of a direction's status that the machine knows; the steps of the last test are kept by its owner. */
export type MachineStatus = Omit<DirectionStatus, "lastTest"> & {
  /** When the present state was entered. */
  since: number;
};

/** What is known about a direction. With `now`, recurring steps show their coming time instead of their first. */
export function statusOf(
  _state: MachineState,
  _direction: Direction,
  _policy: RetryPolicy,
  _now?: number,
): MachineStatus {
  throw new Error("not built yet");
}

/** A direction in a few words, for the fact `transitioned`. */
export function summaryOf(_state: MachineState, _direction: Direction): DirectionSummary {
  throw new Error("not built yet");
}

/** The timers that must be armed in this state, for the sweep that re-arms what was lost (design, principle 8). */
export function timersOf(_state: MachineState): SetTimer[] {
  throw new Error("not built yet");
}
