import type { DirectionState, Failure, LifecycleWord } from "@mailfleet/contracts";
import { unsaid } from "./failure-rules.ts";
import type { MachineState } from "./machine-state.ts";
import { wordOf } from "./words.ts";

/** The word while at least one direction works. A failure that needs a person outranks one that passes. */
function enabledWord(words: readonly DirectionState[]): LifecycleWord {
  if (words.some((word) => word.startsWith("failed"))) return "enabled.degraded";
  if (words.includes("enabled.retrying")) return "enabled.retrying";
  return words.every((word) => word === "enabled.running") ? "enabled.running" : "enabled.degraded";
}

/** The word when it is wanted and everything failed. */
function disabledWord(failures: readonly Failure[]): LifecycleWord {
  const [first] = failures.filter(({ kind }) => kind === "consent");
  const [refused] = failures.filter(({ kind }) => kind === "auth");
  if (first) return first.code === "CONSENT_MISSING" ? "disabled.consentMissing" : "disabled.consentExpired";
  if (!refused) return "disabled.failed";
  return unsaid.has(refused.code) ? "disabled.credentialsMissing" : "disabled.credentialsExpired";
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
  if (state.wanted === false) return state.held ? "disabled.byAdmin" : "disabled.byOwner";
  // Wanted, but no direction is configured: nothing failed and nothing runs, so it is only approved.
  if (state.wanted === null || words.length === 0) return "approved";
  return disabledWord(memories.flatMap((memory) => memory.context.failure ?? []));
}
