import type { LifecycleWord } from "@mailfleet/contracts";
import { words } from "../i18n/i18n.ts";
import { State } from "./parts.tsx";

/** How a state feels: works, is at work, does not work, needs a person, rests. */
export function toneOf(state: string): "good" | "busy" | "bad" | "warn" | "quiet" {
  if (["enabled.running", "Success", "ok", "sent", "received", "done"].includes(state)) return "good";
  if (/^(testing|retesting|enabled\.retrying|running|sending|accepted|failed\.probing)$/.test(state)) return "busy";
  if (/^(pendingApproval|enabled\.degraded|approved|deferred|waiting|uncertain|setAside)$/.test(state)) return "warn";
  if (/fail|Failure|Expired|Missing|rejected|undeliverable|error|expired/.test(state)) return "bad";
  return "quiet";
}

/** The life-cycle word of a mailbox, in the reader's language. */
export function Lifecycle({ word }: { word: LifecycleWord }) {
  return <State tone={toneOf(word)}>{words(`lifecycle.${word}`, word)}</State>;
}

/** The state of a direction in the reader's language. */
export function DirectionWord({ state, configured }: { state: string; configured: boolean }) {
  if (!configured) return <span class="soft">–</span>;
  return <State tone={toneOf(state)}>{words(`direction.${state}`, state)}</State>;
}
