import { type Direction, directions, type ProblemCode, perDirection, type RetryPolicy } from "@mailfleet/contracts";
import { initialTransition } from "xstate";
import { approvalChart } from "./approval-chart.ts";
import { followAsked } from "./asked.ts";
import { command, isCommand } from "./commands.ts";
import { directionChart } from "./direction-chart.ts";
import { type Draft, draftOf } from "./draft.ts";
import type { Effect } from "./effects.ts";
import type { MachineEvent } from "./events.ts";
import { lifecycle } from "./lifecycle.ts";
import { type MachineState, machineVersion } from "./machine-state.ts";
import { report } from "./reports.ts";
import { restoreMachine } from "./stored-version.ts";

/** The result of an event. */
export type StepResult =
  /** Accepted. `changed: false`: nothing to store, and at most runs to request. */
  | {
      readonly outcome: "accepted";
      readonly state: MachineState;
      readonly effects: Effect[];
      readonly changed: boolean;
    }
  /** A command that is impossible now. Nothing changed. */
  | { readonly outcome: "refused"; readonly code: ProblemCode; readonly detail: string; readonly remedy: string }
  /** A report that does not apply to the present state: stale, repeated, or not for the machine. Nothing changed. */
  | { readonly outcome: "ignored"; readonly reason: string };

/** The conditions a new mailbox starts under. */
export interface NewMachine {
  readonly mailboxId: string;
  readonly configured: readonly Direction[];
  /** Mailbox active and profile active. */
  readonly active: boolean;
  /** No approval is required for this kind of mailbox. */
  readonly approved: boolean;
  readonly at?: number;
}

const [newApproval] = initialTransition(approvalChart);
const [newDirection] = initialTransition(directionChart);

/** The machine of a new mailbox: nothing wanted, nothing tested, and nothing to do yet, so no effects. */
export function createMachine({ mailboxId, configured, active, approved, at = 0 }: NewMachine): MachineState {
  const off = { value: "off", context: newDirection.context, since: at } as const;
  const allowed = approved && active;
  const memory = (direction: Direction) =>
    allowed && configured.includes(direction) ? ({ ...off, value: "idle" } as const) : off;
  return {
    version: machineVersion,
    mailboxId,
    approval: { value: approved ? "approved" : newApproval.value, context: newApproval.context },
    wanted: null,
    held: false,
    active,
    configured: directions.filter((direction) => configured.includes(direction)),
    deleted: false,
    directions: perDirection(memory),
  };
}

function isChanged({ before, state }: Draft): boolean {
  return (
    before.approval !== state.approval ||
    before.wanted !== state.wanted ||
    before.held !== state.held ||
    before.active !== state.active ||
    before.configured !== state.configured ||
    before.deleted !== state.deleted ||
    before.asked !== state.asked ||
    directions.some((direction) => before.directions[direction] !== state.directions[direction])
  );
}

/** Timer effects of one transition collapse by name: the last wins. Runs of an older generation are not requested. */
function lasting({ effects, state }: Draft): Effect[] {
  const last = new Map<string, number>();
  for (const [index, effect] of effects.entries())
    if (effect.type === "setTimer" || effect.type === "clearTimer") last.set(effect.name, index);
  return effects.filter((effect, index) => {
    if (effect.type === "setTimer" || effect.type === "clearTimer") return last.get(effect.name) === index;
    if (effect.type !== "requestRun") return true;
    return effect.generation === state.directions[effect.direction].context.generation;
  });
}

/** Applies one event to the draft. `null`: accepted. */
function apply(draft: Draft, event: MachineEvent): Exclude<StepResult, { outcome: "accepted" }> | null {
  if (isCommand(event)) {
    const refusal = command(draft, event);
    return refusal && { outcome: "refused", ...refusal };
  }
  const reason = report(draft, event);
  return reason === null ? null : { outcome: "ignored", reason };
}

/**
 * Several events as one transition, for example a change of configuration that touches switch, directions and settings:
 * all or nothing if one is refused; ignored only if all are. One fact names the first and the last state.
 * @throws UnknownMachineVersion for a stored state that no version of Mailfleet wrote.
 */
export function stepAll(state: MachineState, events: readonly MachineEvent[], policy: RetryPolicy): StepResult {
  const before = state.version === machineVersion ? state : restoreMachine(state);
  let draft = draftOf(before, 0, policy);
  let ignored: StepResult | null = null;
  let taken = 0;
  for (const event of events) {
    draft = { ...draft, at: event.at };
    const answer = apply(draft, event);
    if (answer?.outcome === "refused") return answer;
    if (answer) ignored = answer;
    else {
      taken++;
      followAsked(draft);
    }
  }
  if (taken === 0 && ignored) return ignored;
  const effects = lasting(draft);
  if (!isChanged(draft)) return { outcome: "accepted", state: before, effects, changed: false };
  const moved = { from: lifecycle(before), to: lifecycle(draft.state) };
  effects.push({ type: "publishFact", fact: "transitioned", lifecycle: moved });
  return { outcome: "accepted", state: draft.state, effects, changed: true };
}

/** One transition of the mailbox: pure, deterministic, and it never changes the state it is given. See `stepAll`. */
export function step(state: MachineState, event: MachineEvent, policy: RetryPolicy): StepResult {
  return stepAll(state, [event], policy);
}
