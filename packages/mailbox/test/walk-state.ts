import { type Direction, directions, type RetryPolicy } from "@mailfleet/contracts";
import type { Effect, MachineState, SetTimer } from "@mailfleet/mailbox";
import { wordOf } from "../src/words.ts";

/** What surrounds a mailbox: the armed timers and the raised alerts, as its effects left them. */
export interface Surroundings {
  readonly armed: ReadonlyMap<string, SetTimer>;
  readonly raised: ReadonlySet<string>;
}

/** A machine with its surroundings: the state of the walk. */
export interface World extends Surroundings {
  readonly machine: MachineState;
}

export const nothingAround: Surroundings = { armed: new Map(), raised: new Set() };

/** What the scheduler and alerting do with the effects of one transition. */
export function surround(before: Surroundings, effects: readonly Effect[]): Surroundings {
  if (effects.length === 0) return before;
  const armed = new Map(before.armed);
  const raised = new Set(before.raised);
  for (const effect of effects) {
    if (effect.type === "setTimer") armed.set(effect.name, effect);
    if (effect.type === "clearTimer") armed.delete(effect.name);
    const about = effect.type === "raiseAlert" && (effect.code === "MAILBOX_ENABLED" ? "mailbox" : effect.direction);
    if (about) raised.add(`${about} ${effect.code}`);
    if (effect.type === "clearAlert") {
      for (const alert of raised) {
        const [direction, code] = alert.split(" ");
        const covered = effect.direction === undefined || effect.direction === direction;
        if (covered && (effect.codes === undefined || effect.codes.includes(code as never))) raised.delete(alert);
      }
    }
  }
  return { armed, raised };
}

/**
 * What matters of the alerts: whether outside and memory agree, and what the charts look at. The causes
 * that were told on the way are left out, or the walk would visit every state once for every set of them.
 */
function alertKey({ machine, raised }: World, direction: Direction): string {
  const { alerted, failure } = machine.directions[direction].context;
  const standing = [...raised].filter((alert) => alert.startsWith(`${direction} `));
  const agree = standing.length === alerted.length && alerted.every((code) => raised.has(`${direction} ${code}`));
  return `${agree}${alerted.length > 0}${failure && alerted.includes(failure.code)}${alerted.includes("TEST_PASSED")}`;
}

function directionKey(world: World, direction: Direction): string {
  const { machine, armed } = world;
  const { value, context: c } = machine.directions[direction];
  const timers = [direction, `${direction}-test`].map((name) => {
    const timer = armed.get(name);
    return timer ? `${timer.generation === c.generation}${timer.deliver}${timer.purpose}${timer.everyMs}` : "";
  });
  return [
    wordOf(value),
    c.attempt,
    c.failure?.kind === "consent" ? c.failure.code : c.failure?.kind,
    c.verdict,
    c.next?.why,
    c.next?.everyMs,
    c.besideTestDue !== null,
    c.secondChanceUsed,
    c.throttledSince,
    alertKey(world, direction),
    ...timers,
  ].join(",");
}

/** Two worlds with the same key behave alike: absolute times and absolute generations do not matter. */
export function keyOf(world: World): string {
  const { machine: m } = world;
  // Which directions were asked for is left out, or the walk would take half as long again.
  const head = [m.approval.value, m.wanted, m.held, m.active, m.deleted, m.configured.join("+"), m.asked?.passed];
  return [head.join(","), ...directions.map((d) => directionKey(world, d))].join("|");
}

/** A policy with few attempts: the rules are the same, the walk is shorter. */
export const walkPolicy = (maximumAttempts: number): RetryPolicy => ({
  maximumAttempts,
  retryMs: 300_000,
  pollMs: 240_000,
  probeMs: 3_600_000,
  testDeadlineMs: 900_000,
  secondChanceMs: 120_000,
  longestRetryAfterMs: 86_400_000,
  throttledAlertMs: 21_600_000,
  throttledEndMs: 172_800_000,
});
