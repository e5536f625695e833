import type { DirectionState } from "@mailfleet/contracts";
import type { DirectionValue } from "./machine-state.ts";

/** The chart's state as it is shown: `{enabled: "running"}` is `enabled.running`. */
export function wordOf(value: DirectionValue): DirectionState {
  if (typeof value === "string") return value;
  return "enabled" in value ? `enabled.${value.enabled}` : `failed.${value.failed}`;
}

/** Does this direction do its daily work, if need be with retries? */
export function isEnabled(value: DirectionValue): boolean {
  return typeof value !== "string" && "enabled" in value;
}
