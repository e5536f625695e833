import { moment, type OutgoingMessage } from "@mailfleet/contracts";
import type { Round } from "@mailfleet/kit";
import type { SchedulerPorts } from "../ports.ts";
import type { LiveTimer, TimerAdvance } from "./document.ts";
import { turnOf } from "./slots.ts";
import type { Target } from "./targets.ts";

/** Timers fired in one go: one publish with many in flight, one write. */
const batchSize = 200;
/** How many batches ahead a replica looks at most when others are at the first one. */
const widestSkip = 4;
/** A message that its stream refused alone is tried again after this time; the others of its stream go on meanwhile. */
const refusedMs = 10_000;
/** A one-shot whose run is outstanding is tried again so soon, then after twice as long each time, up to a minute. */
const outstandingMs = { first: 250, most: 60_000 };
/** Longest pause between two looks. */
const longestPauseMs = 1000;

/**
 * Fires what is due for one stream, a batch a round. Published first, written afterwards: a replica that dies in
 * between, or two that do the same, publish the same id twice, which the stream or the receiver recognises. So there is
 * no claim to take and none to lose. A stream that takes nothing fails its own round only.
 */
export function createLane(ports: SchedulerPorts, target: Target): Round {
  const { timers } = ports;
  let skip = 0;
  const refused = new Map<string, number>();

  return async () => {
    for (const [id, until] of refused) if (until <= ports.now()) refused.delete(id);
    const without = [...refused.keys()];
    const { found, moved, left } = await fireDue(
      ports,
      await timers.due(target, ports.now(), batchSize, { skip, without }),
    );
    if (found > 0 && left.length === found) throw new Error(`${target} takes no message at the moment`);
    for (const id of left) refused.set(id, ports.now() + refusedMs);
    // Another replica fires the same timers: look further ahead, so that the two do not do everything twice.
    const contended = found === batchSize && moved < found / 2;
    const again = found > 0 || skip > 0;
    skip = contended ? batchSize * Math.ceil(Math.random() * widestSkip) : 0;
    if (again) return { againInMs: 0 };
    const next = await timers.nextDue(target, without);
    const pause = next === null ? longestPauseMs : next - ports.now();
    return { againInMs: Math.max(0, Math.min(pause, longestPauseMs)) };
  };
}

/** How many timers were due, how many of them this replica moved on, and whose messages were not taken. */
interface FiredBatch {
  readonly found: number;
  readonly moved: number;
  readonly left: readonly string[];
}

async function fireDue(ports: SchedulerPorts, found: readonly LiveTimer[]): Promise<FiredBatch> {
  const { bus, timers, metrics, failPoint } = ports;
  if (found.length === 0) return { found: 0, moved: 0, left: [] };
  failPoint("scheduler.after-claim");
  const now = ports.now();
  const whole = found.filter((timer) => isWhole(timer));
  const turns = whole.map((timer) => {
    const { _id, seq, due, everyMs } = timer;
    const turn = everyMs ? turnOf({ ...timer, everyMs }, now) : ({ fire: true, next: null } as const);
    const advance: TimerAdvance = { _id, seq, due, next: turn.next, ...(turn.fire ? {} : { madeUp: true }) };
    return { timer, fire: turn.fire, advance };
  });
  const firing = turns.filter((one) => one.fire).map((one) => one.timer);
  const outcomes = await bus.publishEach(firing.map(messageOf));
  failPoint("scheduler.after-fire");
  const notTaken = firing.filter((_, index) => outcomes[index] === null);
  const broken = found.filter((timer) => !isWhole(timer));
  if (broken.length > 0)
    ports.logger.error({ timers: broken.map(({ _id }) => _id) }, "these timers have nothing to send");
  const left = [...notTaken, ...broken].map(({ _id }) => _id);
  const waiting = new Set(
    firing.filter(({ everyMs }, index) => !everyMs && outcomes[index] === "coalesced").map(({ _id }) => _id),
  );
  const moved = await timers.advance(
    turns
      .map(({ timer, advance }) => (waiting.has(timer._id) ? later(timer, ports.now()) : advance))
      .filter(({ _id }) => !left.includes(_id)),
    ports.now(),
  );
  const stored = firing.filter((_, index) => outcomes[index] === "stored");
  metrics.fired.inc(stored.length);
  for (const timer of stored) metrics.lag.observe(Math.max(0, ports.now() - timer.due) / 1000);
  metrics.coalesced.inc(outcomes.filter((outcome) => outcome === "coalesced").length);
  metrics.spread.inc(turns.length - firing.length);
  metrics.refused.inc(left.length);
  return { found: found.length, moved, left };
}

/**
 * The run that is outstanding may be the one that has set this timer before its end, to be continued: what it asks for
 * would be lost with it.
 */
function later({ _id, seq, due, waitMs = 0 }: LiveTimer, now: number): TimerAdvance {
  const pause = Math.min(outstandingMs.most, Math.max(outstandingMs.first, 2 * waitMs));
  return { _id, seq, due, next: now + pause, waitMs: pause };
}

/** False for a document that somebody damaged: it must not stop those that are due with it. */
function isWhole({ deliver, seq, due }: Partial<LiveTimer>): boolean {
  return typeof deliver?.subject === "string" && Number.isFinite(seq) && Number.isFinite(due);
}

/** The message of a timer that fires. Its id says which timer, which setting of it and which slot. */
function messageOf(timer: LiveTimer): OutgoingMessage {
  const { deliver, due } = timer;
  const id = `${timer._id}:${timer.seq}:${due}`;
  const correlation = deliver.correlation ?? id;
  // What a timer wakes is a trace of its own: it may be due a day after it was set, and every few minutes.
  const begun = moment("timer", { mailbox: deliver.mailboxId, correlation });
  return {
    id,
    ...(begun !== undefined && { traceparent: begun }),
    subject: deliver.subject,
    type: deliver.type,
    mailboxId: deliver.mailboxId,
    generation: deliver.generation,
    at: due,
    correlation,
    causation: id,
    body: deliver.type === "mailbox.timer-fired.v1" ? { ...deliver.body, at: due } : deliver.body,
  };
}
