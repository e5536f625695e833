import type { OutboundPorts } from "../ports.ts";

/** Upper bounds of how long ago a mailbox proved that it can send, seconds. */
const within = [300, 900, 3600, 21_600, 86_400];
/** Mailboxes that are looked at: those for which mail has waited longest. */
const most = 1000;

/** Says how long ago mailboxes proved that they can send. Every replica says the same. */
export async function measureProofs(
  ports: Pick<OutboundPorts, "sends" | "activity" | "metrics" | "now">,
): Promise<void> {
  const { activity, metrics, now } = ports;
  const at = now();
  const [proved, [longest]] = await Promise.all([
    activity.provedSince(within.map((seconds) => at - seconds * 1000)),
    unproved(ports),
  ]);
  for (const [index, seconds] of within.entries()) metrics.proved.set({ seconds: String(seconds) }, proved[index] ?? 0);
  metrics.unproved.set(longest ? (at - longest.since) / 1000 : 0);
}

/**
 * Mailboxes for which mail waits, and since when it waits without a proof that they can send, the longest first. A
 * mailbox that has nothing to send is not among them, however long ago it sent: that proves nothing.
 */
export async function unproved({
  sends,
  activity,
}: Pick<OutboundPorts, "sends" | "activity">): Promise<{ mailboxId: string; since: number }[]> {
  const waiting = await sends.waitingSince(most);
  const provedAt = await activity.provedAt(waiting.map(({ mailboxId }) => mailboxId));
  return waiting
    .map(({ mailboxId, acceptedAt }) => ({ mailboxId, since: Math.max(acceptedAt, provedAt.get(mailboxId) ?? 0) }))
    .toSorted((one, other) => one.since - other.since);
}
