/** The mailbox as a state machine: pure functions over JSON, no clock, no ids, no randomness. */

export type { ClearAlert, ClearTimer, Effect, PublishFact, RaiseAlert, RequestRun, SetTimer } from "./effects.ts";
export type { MachineCommand, MachineEvent, MachineReport } from "./events.ts";
export { lifecycle } from "./lifecycle.ts";
export {
  type ApprovalContext,
  type DirectionContext,
  type DirectionMemory,
  type DirectionValue,
  type MachineState,
  machineVersion,
  type PlannedStep,
} from "./machine-state.ts";
export { type MachineStatus, statusOf, summaryOf, timersOf } from "./status.ts";
export { createMachine, type NewMachine, type StepResult, step, stepAll } from "./step.ts";
export { restoreMachine, UnknownMachineVersion } from "./stored-version.ts";
