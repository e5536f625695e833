import type { InboundPorts } from "../ports.ts";

/** Upper bounds of how long ago an enabled mailbox was proved to work, seconds. */
const within = [300, 900, 3600, 21_600, 86_400];

/** Says how long ago the enabled mailboxes were proved to work. Every replica says the same. */
export async function measureProofs({
  sources,
  metrics,
  now,
}: Pick<InboundPorts, "sources" | "metrics" | "now">): Promise<void> {
  const at = now();
  const { oldestAt, silent, proved } = await sources.proofs(within.map((seconds) => at - seconds * 1000));
  metrics.oldestProof.set(oldestAt === null ? 0 : (at - oldestAt) / 1000);
  metrics.silent.set(silent);
  for (const [index, seconds] of within.entries()) metrics.proved.set({ seconds: String(seconds) }, proved[index] ?? 0);
}
