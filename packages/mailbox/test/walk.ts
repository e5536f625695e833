import assert from "node:assert/strict";
import type { Direction, FailureCode, LifecycleWord, RetryPolicy } from "@mailfleet/contracts";
import { createMachine, lifecycle, step } from "@mailfleet/mailbox";
import { commandsFor, reportsFor } from "./walk-events.ts";
import { stateRules, stepRules } from "./walk-rules.ts";
import { keyOf, nothingAround, surround, type World } from "./walk-state.ts";

/** What a walk found. A breach carries the shortest path of event names that leads to it. */
export interface Walked {
  readonly states: number;
  readonly steps: number;
  readonly words: ReadonlySet<LifecycleWord>;
  readonly breaches: ReadonlyMap<string, string>;
}

export interface Walk {
  readonly directions: readonly Direction[];
  readonly codes: readonly FailureCode[];
  readonly policy: RetryPolicy;
}

interface Visit {
  readonly world: World;
  readonly from: Visit | null;
  readonly by: string;
}
function pathTo(visit: Visit | null): string {
  const names: string[] = [];
  for (let current = visit; current?.from; current = current.from) names.unshift(current.by);
  return names.join(" > ") || "(at the start)";
}

/**
 * Breadth first through every state that can be reached, offering every event in each. A broken state is not left: what follows
 * from it says nothing new, and a counter without bound would never end.
 */
export function walk({ directions, codes, policy }: Walk): Walked {
  const machine = createMachine({ mailboxId: "mb_walk", configured: directions, active: true, approved: false });
  const start: Visit = { world: { machine, ...nothingAround }, from: null, by: "" };
  const seen = new Set([keyOf(start.world)]);
  const queue = [start];
  const words = new Set<LifecycleWord>();
  const breaches = new Map<string, string>();
  const commands = commandsFor(directions);
  let steps = 0;
  const breach = (rule: string, visit: Visit, by = "") => {
    if (!breaches.has(rule)) breaches.set(rule, by ? `${pathTo(visit)} > ${by}` : pathTo(visit));
  };

  for (const visit of queue) {
    const { world } = visit;
    words.add(lifecycle(world.machine));
    const broken = Object.entries(stateRules).filter(([, holds]) => !holds(world, policy));
    for (const [rule] of broken) breach(rule, visit);
    if (broken.length > 0) continue;
    for (const offered of [...commands, ...directions.flatMap((d) => reportsFor(world, d, codes))]) {
      steps++;
      const result = step(world.machine, offered.event, policy);
      const accepted = result.outcome === "accepted" ? result : null;
      const after = accepted?.changed ? { machine: accepted.state, ...surround(world, accepted.effects) } : world;
      for (const [rule, holds] of Object.entries(stepRules))
        if (!holds(world, offered, result, after)) breach(rule, visit, offered.name);
      if (after === world) continue;
      const key = keyOf(after);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ world: after, from: visit, by: offered.name });
    }
  }
  return { states: seen.size, steps, words, breaches };
}

/** @throws AssertionError that names each rule that was broken, with the shortest path to it */
export function assertUnbroken({ breaches }: Walked): void {
  const told = [...breaches].map(([rule, path]) => `${rule}\n    shortest path: ${path}`);
  assert.equal(told.length, 0, `\n${told.join("\n")}`);
}
