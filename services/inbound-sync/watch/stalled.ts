import type { InboundPorts } from "../ports.ts";
import { alertCleared, alertRaised } from "../source/alerts.ts";
import type { HeldWatch } from "./store.ts";

/** From this many times in a row on, it is not an accident. */
const toldAfter = 2;

/** A poll found what this watch should have heard; its connection is closed. How often in a row that was so. */
export async function tellDeaf(
  { watches, bus, metrics, logger, now }: InboundPorts,
  holder: string,
  { mailboxId, watching, found }: HeldWatch,
): Promise<void> {
  const deaf = (watching.deaf ?? 0) + 1;
  metrics.deaf.inc();
  logger.warn(
    { mailbox: mailboxId, deaf, found },
    "the server did not say what a poll found: the watch is opened anew",
  );
  // Noted before it is announced, as everywhere. A process that dies in between leaves a count
  // that raises it the next time, or that clears what was never raised.
  await watches.note(holder, mailboxId, { deaf, since: now() });
  if (deaf < toldAfter) return;
  const at = now();
  const detail = `a poll found new mail at ${new Date(found?.at ?? at).toISOString()}, and the server had said nothing`;
  await bus.publish(alertRaised(mailboxId, { code: "WATCH_STALLED", key: String(found?.at), at, detail }));
}

/** It hears again, or nobody listens any more. Announced before it is noted: after a crash it is announced again. */
export async function tellWell(
  { watches, bus, now }: InboundPorts,
  holder: string,
  mailboxId: string,
  deaf: number,
): Promise<void> {
  if (deaf >= toldAfter) await bus.publish(alertCleared(mailboxId, "WATCH_STALLED", now()));
  if (deaf > 0) await watches.note(holder, mailboxId, { deaf: 0, since: now() });
}
