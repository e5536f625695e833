import type { OutboundPorts } from "../ports.ts";

/** Says what is not sent yet, over all mailboxes. Every replica says the same. */
export async function measureBacklog({
  sends,
  metrics,
  now,
}: Pick<OutboundPorts, "sends" | "metrics" | "now">): Promise<void> {
  const at = now();
  const { dueAt, open } = await sends.backlog(at);
  metrics.overdue.set(dueAt === null ? 0 : (at - dueAt) / 1000);
  for (const [state, count] of open) metrics.open.set({ state }, count);
}
