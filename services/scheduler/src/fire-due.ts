import type { OutgoingMessage } from "@mailfleet/contracts";
import type { LiveTimer, TimerStep } from "@mailfleet/store";
import type { SchedulerPorts } from "./ports.ts";
import { turnOf } from "./slots.ts";

/** Timers fired in one go: one publish with many in flight, one write. */
export const batchSize = 200;

/** How many timers were due, and how many of them this replica moved on; the rest another one did. */
export interface FiredBatch {
  readonly found: number;
  readonly moved: number;
}

/**
 * Fires what is due, at most one batch, leaving out the first `skip`. Published first, written afterwards: a
 * replica that dies in between, or two that do the same, publish the same id twice, which the stream or the receiver
 * knows. So there is no claim to take and none to lose.
 */
export async function fireDue(ports: SchedulerPorts, skip = 0): Promise<FiredBatch> {
  const { bus, timers, metrics, failPoint } = ports;
  const found = await timers.due(ports.now(), batchSize, skip);
  if (found.length === 0) return { found: 0, moved: 0 };
  failPoint("scheduler.after-claim");
  const now = ports.now();
  const turns = found.map((timer) => {
    const { _id, seq, due, everyMs } = timer;
    const turn = everyMs ? turnOf({ ...timer, everyMs }, now) : ({ fire: true, next: null } as const);
    const step: TimerStep = { _id, seq, due, next: turn.next, ...(turn.fire ? {} : { madeUp: true }) };
    return { timer, fire: turn.fire, step };
  });
  const firing = turns.filter((one) => one.fire).map((one) => one.timer);
  const outcomes = await bus.publishAll(firing.map(messageOf));
  failPoint("scheduler.after-fire");
  const moved = await timers.advance(
    turns.map((one) => one.step),
    ports.now(),
  );
  const stored = firing.filter((_, index) => outcomes[index] === "stored");
  metrics.fired(stored.map((timer) => ports.now() - timer.due));
  metrics.coalesced(outcomes.filter((outcome) => outcome === "coalesced").length);
  metrics.spread(turns.length - firing.length);
  return { found: found.length, moved };
}

/** The message of a timer that fires. Its id says which timer, which setting of it and which slot. */
export function messageOf(timer: LiveTimer): OutgoingMessage {
  const { deliver, due } = timer;
  const id = `${timer._id}:${timer.seq}:${due}`;
  return {
    id,
    subject: deliver.subject,
    type: deliver.type,
    mailboxId: deliver.mailboxId,
    generation: deliver.generation,
    at: due,
    correlation: deliver.correlation ?? id,
    causation: id,
    body: deliver.type === "mailbox.timer-fired.v1" ? { ...deliver.body, at: due } : deliver.body,
  };
}
