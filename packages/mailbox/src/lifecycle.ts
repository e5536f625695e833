import type { LifecycleWord } from "@mailfleet/contracts";
import type { MachineState } from "./machine-state.ts";

/** The one word for the whole mailbox, derived from its parts (design §4). */
export function lifecycle(_state: MachineState): LifecycleWord {
  throw new Error("not built yet");
}
