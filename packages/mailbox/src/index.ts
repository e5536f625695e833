/** The mailbox as a state machine: pure functions over JSON, no clock, no ids, no randomness. */

export type { Effect, SetTimer } from "./effects.ts";
export type { MachineEvent, MachineReport } from "./events.ts";
export { lifecycle } from "./lifecycle.ts";
export type { MachineState } from "./machine-state.ts";
export { runsOf, statusOf, summaryOf, timersOf } from "./status.ts";
export { createMachine, type NewMachine, type StepResult, step, stepAll } from "./step.ts";
export { restoreMachine, UnknownMachineVersion } from "./stored-version.ts";
