import type { MachineState } from "./machine-state.ts";

/** Reads a stored machine of any released version. @throws UnknownMachineVersion for one that no release wrote. */
export function restoreMachine(_stored: unknown): MachineState {
  throw new Error("not built yet");
}
