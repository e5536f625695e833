import { lifecycleWords } from "@mailfleet/contracts";
import type { Ports } from "../ports.ts";

/** Counts the living mailboxes by their life-cycle word. */
export async function countMailboxes({ mailboxes, metrics }: Pick<Ports, "mailboxes" | "metrics">): Promise<void> {
  const counts = await mailboxes.countByLifecycle();
  for (const lifecycle of lifecycleWords) metrics.mailboxes.set({ lifecycle }, counts[lifecycle] ?? 0);
}
