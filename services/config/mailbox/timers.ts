import type { OutgoingMessage } from "@mailfleet/contracts";
import type { SetTimer } from "@mailfleet/mailbox";
import { timerSet } from "./outbox-entries.ts";

/** A one-shot timer that is overdue by this much was lost. */
const graceMs = 60_000;
/** Whether a recurring timer still lives cannot be seen from here: it is set again this often, which changes nothing if it does. */
const recurringMs = 3_600_000;

/** When the timers of a mailbox need a check; `undefined` if it waits for nothing. */
export function nextRearm(timers: readonly SetTimer[], now: number): number | undefined {
  if (timers.length === 0) return undefined;
  return Math.min(...timers.map((timer) => (timer.everyMs === undefined ? timer.due + graceMs : now + recurringMs)));
}

/** One-shot timers for the machine that must have come due long ago. */
export function lostTimers(timers: readonly SetTimer[], now: number): SetTimer[] {
  return timers.filter((timer) => timer.deliver === "event" && timer.due + graceMs <= now);
}

/**
 * The timers of a mailbox set once more, each with the `seq` it was set with: a living timer stays as it is, a lost one
 * comes back, because the bus may lose. The hour is in the id, so that replicas that do it together say it once.
 */
export function rearmMessages(
  mailboxId: string,
  timers: readonly SetTimer[],
  seqs: Readonly<Record<string, number>>,
  v: number,
  now: number,
): OutgoingMessage[] {
  const hour = Math.floor(now / recurringMs);
  return timers.map((timer) => {
    const seq = seqs[timer.name] ?? v;
    return {
      ...timerSet(mailboxId, seq, timer),
      id: `${mailboxId}:rearm:${timer.name}:${seq}:${hour}`,
      at: now,
      mailboxId,
    };
  });
}
