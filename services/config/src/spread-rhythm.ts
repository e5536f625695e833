import { inParallel } from "./in-parallel.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Ports } from "./ports.ts";
import type { StepMailbox } from "./step-mailbox.ts";

/** Brings new rhythms of the retry policy (polls, probes) to the mailboxes that have not heard of them. */
export type SpreadRhythm = (signal?: AbortSignal) => Promise<void>;

const batch = 200;
const concurrency = 8;

/** Goes by `rhythmV < settings.rhythmV`, at once after a change and by the sweep; nearly always it only asks an index. */
export function createSpreadRhythm(ports: Ports, knowledge: Knowledge, step: StepMailbox): SpreadRhythm {
  return async (signal) => {
    const { rhythmV } = await knowledge.settings({ fresh: true });
    if (rhythmV === undefined) return;
    const tried = new Set<string>();
    for (;;) {
      const behind = await ports.mailboxes.behindRhythm(rhythmV, batch);
      const next = behind.filter((id) => !tried.has(id));
      if (next.length === 0 || signal?.aborted) return;
      await inParallel(next, concurrency, async (mailboxId) => {
        tried.add(mailboxId);
        await tell(mailboxId, rhythmV);
      });
    }
  };

  async function tell(mailboxId: string, rhythmV: number) {
    try {
      const at = ports.now();
      await step(mailboxId, {
        id: `rhythm/${rhythmV}`,
        kind: "report",
        at,
        event: "policyChanged",
        plan: () => ({ events: [{ type: "policyChanged", at }], rhythmV, cause: "new polling or probing interval" }),
      });
    } catch (error) {
      ports.logger.warn({ mailbox: mailboxId, err: error }, "a new rhythm waits for the sweep");
    }
  }
}
