import { eachAlone } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import { spread } from "./spread-profiles.ts";
import { take } from "./take.ts";

/**
 * Brings new intervals of the retry policy (polls, probes) to the mailboxes that have not taken them over: at once after a
 * change, and again for what a crash left over. Nearly always it only asks an index.
 */
export async function spreadRhythm(ports: Ports, signal: AbortSignal): Promise<void> {
  const { mailboxes, logger, worlds } = ports;
  const rhythmV = await worlds.rhythmV({ fresh: true });
  await spread(
    (limit) => mailboxes.behindRhythm(rhythmV, limit),
    (ids) =>
      eachAlone(ids, { logger, what: "new rhythm", name: String }, async (mailboxId) => {
        const at = ports.now();
        await take(ports, mailboxId, {
          id: `rhythm/${rhythmV}`,
          kind: "report",
          at,
          event: "policyChanged",
          plan: () => ({ events: [{ type: "policyChanged", at }], rhythmV, cause: "new polling or probing interval" }),
        });
      }),
    signal,
  );
}
