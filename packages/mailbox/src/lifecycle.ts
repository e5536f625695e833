import type { DirectionState, FailureKind, LifecycleWord } from "@mailfleet/contracts";
import type { MachineState } from "./machine-state.ts";
import { wordOf } from "./words.ts";

/** The word while at least one direction works. A failure that needs a person outranks one that passes. */
function enabledWord(words: readonly DirectionState[]): LifecycleWord {
  if (words.some((word) => word.startsWith("failed"))) return "enabled.degraded";
  if (words.includes("enabled.retrying")) return "enabled.retrying";
  return words.every((word) => word === "enabled.running") ? "enabled.running" : "enabled.degraded";
}

/** The word when it is wanted and everything failed. */
function disabledWord(kinds: readonly (FailureKind | undefined)[]): LifecycleWord {
  if (kinds.includes("consent")) return "disabled.consentExpired";
  return kinds.includes("auth") ? "disabled.credentialsExpired" : "disabled.failed";
}

/** The one word for the whole mailbox, derived from approval, intent and directions. */
export function lifecycle(state: MachineState): LifecycleWord {
  if (state.deleted) return "deleted";
  if (!state.active) return "inactive";
  if (state.approval.value !== "approved") return state.approval.value;
  const memories = state.configured.map((direction) => state.directions[direction]);
  const words = memories.map((memory) => wordOf(memory.value));
  if (words.some((word) => word.startsWith("enabled"))) return enabledWord(words);
  if (words.some((word) => word === "testing" || word === "retesting")) return "testing";
  if (state.wanted === false) return "disabled.byAdmin";
  // Wanted, but no direction is configured: nothing failed and nothing runs, so it is only approved.
  if (state.wanted === null || words.length === 0) return "approved";
  return disabledWord(memories.map((memory) => memory.context.failure?.kind));
}
