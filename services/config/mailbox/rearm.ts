import { eachAlone } from "@mailfleet/kit";
import { restoreMachine, timersOf } from "@mailfleet/mailbox";
import type { Ports } from "../ports.ts";
import type { StoredMailbox } from "./body.ts";
import { take } from "./take.ts";
import { lostTimers, nextRearm, rearmMessages } from "./timers.ts";

const batch = 200;
/** How long a mailbox is left alone that was just looked after. */
const againMs = 30_000;

/** Looks after mailboxes that wait: a one-shot timer that is long overdue was lost, a recurring one is set once more. */
export async function rearmTimers(ports: Ports): Promise<number> {
  const { mailboxes, now, logger } = ports;
  const due = await mailboxes.toRearm(now(), batch);
  await eachAlone(due, { logger, what: "mailbox", name: ({ _id }) => _id }, (document) => rearm(ports, document));
  return due.length;
}

async function rearm(ports: Ports, document: StoredMailbox): Promise<void> {
  const at = ports.now();
  const { _id: mailboxId, v } = document;
  const timers = timersOf(restoreMachine(document.machine));
  const lost = lostTimers(timers, at);
  for (const { name, direction, generation } of lost) {
    const { outcome } = await take(ports, mailboxId, {
      id: `rearm/${name}/${v}`,
      kind: "report",
      at,
      event: "timerFired",
      plan: () => ({ events: [{ type: "timerFired", direction, generation, at }], cause: "its timer was lost" }),
    });
    if (outcome === "accepted") ports.logger.warn({ mailbox: mailboxId, timer: name }, "a lost timer has fired");
  }
  const alive = timers.filter((timer) => !lost.includes(timer));
  for (const message of rearmMessages(mailboxId, alive, document.timerSeqs, v, at)) await ports.bus.publish(message);
  // A change in between has set its own time; then this changes nothing.
  await ports.mailboxes.rearmed(mailboxId, v, Math.max(nextRearm(timers, at) ?? 0, at + againMs));
}
