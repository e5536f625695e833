import { lifecycleWords } from "@mailfleet/contracts";
import { restoreMachine, timersOf } from "@mailfleet/mailbox";
import { sweepGrants } from "./announce-grant.ts";
import { inParallel } from "./in-parallel.ts";
import type { Parts } from "./parts.ts";
import type { Ports, StoredMailbox } from "./ports.ts";
import { lostTimers, nextRearm, rearmMessages } from "./rearm.ts";
import { repeat } from "./repeat.ts";
import { sweepExpiry } from "./sweep-expiry.ts";

/** How often each sweep looks, and how old an outbox entry must be before it is the sweep's, milliseconds. */
export interface SweepTimes {
  readonly relayMs: number;
  readonly relayAgeMs: number;
  readonly profilesMs: number;
  readonly timersMs: number;
  readonly jobsMs: number;
  readonly countMs: number;
  readonly expiryMs: number;
}

/** The times of production: an outbox entry is the sweep's after 5 s (design §4). */
export const defaultSweepTimes: SweepTimes = {
  relayMs: 1000,
  relayAgeMs: 5000,
  profilesMs: 15_000,
  timersMs: 30_000,
  jobsMs: 5000,
  countMs: 15_000,
  expiryMs: 60_000,
};

const batch = 200;
const concurrency = 8;

/** One bad mailbox never keeps a sweep from the others. */
async function each<Item extends { readonly _id: string }>(
  { logger }: Ports,
  sweep: string,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  await inParallel(items, concurrency, async (item) => {
    try {
      await work(item);
    } catch (error) {
      logger.warn({ sweep, mailbox: item._id, err: error }, "a mailbox waits for the next sweep");
    }
  });
}

/** Publishes what a crash or an outage left in outboxes. Answers how many mailboxes it found. */
export async function sweepOutboxes({ ports, relay }: Parts, ageMs: number): Promise<number> {
  const waiting = await ports.mailboxes.waitingOutboxes(ports.now() - ageMs, batch);
  let relayed = 0;
  await each(ports, "outboxes", waiting, async ({ _id, outbox }) => {
    await relay(_id, outbox);
    relayed++;
    ports.metrics.relayed.inc({ outcome: "swept" }, outbox.length);
  });
  if (relayed > 0) ports.logger.info({ mailboxes: relayed }, "outboxes relayed by the sweep");
  return relayed;
}

/** Brings the changes of profiles to mailboxes that a crash kept them from. */
export async function sweepProfiles({ ports, spread }: Parts, signal: AbortSignal): Promise<void> {
  for (const { id, relevantV } of await ports.profiles.relevantVersions()) {
    if (signal.aborted) return;
    // Nearly always nobody is behind, so this asks only the index.
    const behind = await ports.mailboxes.behindProfile(id, relevantV, 1);
    if (behind.length > 0) await spread(id, signal);
  }
}

/** Looks after mailboxes that wait: a one-shot timer that is long overdue was lost, a recurring one is set once more. */
export async function sweepTimers(parts: Parts): Promise<number> {
  const { mailboxes, now } = parts.ports;
  const due = await mailboxes.toRearm(now(), batch);
  await each(parts.ports, "timers", due, (document) => rearm(parts, document));
  return due.length;
}

async function rearm({ ports, step }: Parts, document: StoredMailbox): Promise<void> {
  const at = ports.now();
  const { _id: mailboxId, v } = document;
  const timers = timersOf(restoreMachine(document.machine));
  const lost = lostTimers(timers, at);
  for (const { name, direction, generation } of lost) {
    const { outcome } = await step(mailboxId, {
      id: `rearm/${name}/${v}`,
      kind: "report",
      at,
      event: "timerFired",
      plan: () => ({ events: [{ type: "timerFired", direction, generation, at }], cause: "its timer was lost" }),
    });
    if (outcome === "accepted") ports.logger.warn({ mailbox: mailboxId, timer: name }, "a lost timer was fired");
  }
  const alive = timers.filter((timer) => !lost.includes(timer));
  for (const message of rearmMessages(mailboxId, alive, document.timerSeqs, v, at)) await ports.bus.publish(message);
  // A step in between has set its own time; then this changes nothing.
  await ports.mailboxes.rearmed(mailboxId, v, Math.max(nextRearm(timers, at) ?? 0, at + defaultSweepTimes.timersMs));
}

async function countMailboxes({ ports }: Parts): Promise<void> {
  const counts = await ports.mailboxes.countByLifecycle();
  for (const lifecycle of lifecycleWords) ports.metrics.mailboxes.set({ lifecycle }, counts[lifecycle] ?? 0);
}

/** Starts all sweeps. Every replica sweeps: whatever two of them do at once is harmless. Ends with the signal. */
export function startSweeps(parts: Parts, times: SweepTimes, signal: AbortSignal): Promise<unknown> {
  const until = { logger: parts.ports.logger, signal };
  return Promise.all([
    repeat("outboxes", times.relayMs, () => sweepOutboxes(parts, times.relayAgeMs), until),
    repeat("profiles", times.profilesMs, () => sweepProfiles(parts, signal), until),
    repeat("rhythm", times.profilesMs, () => parts.spreadRhythm(signal), until),
    repeat("timers", times.timersMs, () => sweepTimers(parts), until),
    repeat("jobs", times.jobsMs, () => parts.runJob(), until),
    repeat("grants", times.jobsMs, () => sweepGrants(parts), until),
    repeat("expiry", times.expiryMs, () => sweepExpiry(parts), until),
    repeat("count", times.countMs, () => countMailboxes(parts), until),
  ]);
}
