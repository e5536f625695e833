import { type Direction, type DirectionState, directions, type RetryPolicy } from "@mailfleet/contracts";
import { lifecycle, type MachineEvent, type StepResult, step, summaryOf, timersOf } from "@mailfleet/mailbox";
import { wordOf } from "../src/words.ts";
import type { Offered } from "./walk-events.ts";
import { surround, type World } from "./walk-state.ts";

const wordIn = ({ machine }: World, direction: Direction): DirectionState => summaryOf(machine, direction).state;
const isAllowed = ({ machine: m }: World, direction: Direction) =>
  m.approval.value === "approved" && m.active && !m.deleted && m.configured.includes(direction);
const everywhere = (world: World, holds: (word: DirectionState, direction: Direction) => boolean) =>
  directions.every((direction) => holds(wordIn(world, direction), direction));
const isEnabled = (word: DirectionState) => word.startsWith("enabled");

/** The waiting states and the timer each must have. */
const waits: Partial<Record<DirectionState, "event" | "sync" | "probe">> = {
  testing: "event",
  retesting: "event",
  "enabled.running": "sync",
  "enabled.retrying": "sync",
  "failed.probing": "probe",
};
const waitsFor = (word: DirectionState, direction: Direction) =>
  word === "enabled.running" && direction === "outbound" ? undefined : waits[word];

/** Lets time pass with servers that work. Returns the states on the way. */
function withSuccessAlone(world: World, direction: Direction, policy: RetryPolicy): DirectionState[] {
  const seen: DirectionState[] = [];
  let current = world;
  for (let turn = 0; turn < 6; turn++) {
    const word = wordIn(current, direction);
    seen.push(word);
    if (word === "enabled.running") break;
    const { generation } = current.machine.directions[direction].context;
    const timer = current.armed.get(direction);
    const run = timer?.deliver === "run" && timer.purpose ? timer.purpose : word === "testing" ? "test" : null;
    const event: MachineEvent | null = run
      ? { type: "runSucceeded", at: 0, direction, purpose: run, generation: timer?.generation ?? generation }
      : timer
        ? { type: "timerFired", at: 0, direction, generation: timer.generation }
        : null;
    const result = event && step(current.machine, event, policy);
    if (result?.outcome !== "accepted") break;
    current = { machine: result.state, ...surround(current, result.effects) };
  }
  return seen;
}

const words: Record<ReturnType<typeof lifecycle>, (world: World) => boolean> = {
  deleted: ({ machine }) => machine.deleted,
  inactive: ({ machine }) => !machine.active,
  pendingApproval: ({ machine }) => machine.approval.value === "pendingApproval",
  rejected: ({ machine }) => machine.approval.value === "rejected",
  approved: (w) =>
    everywhere(w, (word) => ["off", "idle", "failed.final"].includes(word)) &&
    (w.machine.wanted === null || w.machine.configured.length === 0),
  testing: (w) => !everywhere(w, (word) => word !== "testing" && word !== "retesting"),
  "enabled.running": (w) => everywhere(w, (word, d) => word === "enabled.running" || !isAllowed(w, d)),
  "enabled.retrying": (w) => !everywhere(w, (word) => word !== "enabled.retrying"),
  "enabled.degraded": (w) => !everywhere(w, (word) => word === "off" || word === "enabled.running"),
  "disabled.byAdmin": ({ machine }) => machine.wanted === false && machine.held,
  "disabled.byOwner": ({ machine }) => machine.wanted === false && !machine.held,
  "disabled.failed": (w) => w.machine.wanted === true && !everywhere(w, (word) => !word.startsWith("failed")),
  "disabled.credentialsMissing": (w) => w.machine.wanted === true,
  "disabled.consentMissing": (w) => w.machine.wanted === true,
  "disabled.credentialsExpired": (w) => w.machine.wanted === true,
  "disabled.consentExpired": (w) => w.machine.wanted === true,
};

/** What must hold in every state that can be reached. */
export const stateRules: Record<string, (world: World, policy: RetryPolicy) => boolean> = {
  "enabled only when approved, allowed and wanted": (w) =>
    everywhere(w, (word, d) => !isEnabled(word) || (isAllowed(w, d) && w.machine.wanted === true)),
  "off exactly when not allowed": (w) => everywhere(w, (word, d) => (word === "off") !== isAllowed(w, d)),
  "what is wanted does not stay idle": (w) => everywhere(w, (word) => word !== "idle" || w.machine.wanted !== true),
  "attempts are bounded": (w, { maximumAttempts }) =>
    everywhere(w, (word, d) => {
      const { attempt } = w.machine.directions[d].context;
      return attempt <= maximumAttempts + (word.startsWith("failed") ? 1 : 0);
    }),
  "every waiting state has its own live timer": (w) =>
    everywhere(w, (word, d) => {
      const wanted = waitsFor(word, d);
      const timer = w.armed.get(d);
      if (!wanted) return true;
      const delivers = timer?.deliver === "event" ? "event" : timer?.purpose;
      const recurs = (timer?.everyMs !== undefined) === (wanted !== "event");
      return timer?.generation === w.machine.directions[d].context.generation && delivers === wanted && recurs;
    }),
  "no timer where nothing waits": (w) =>
    everywhere(
      w,
      (word, d) =>
        (waitsFor(word, d) !== undefined || !w.armed.has(d)) &&
        (word === "enabled.running" || !w.armed.has(`${d}-test`)),
    ),
  "the armed timers are those that the state names for re-arming": (w) => {
    const named = timersOf(w.machine);
    return (
      named.length === w.armed.size && named.every((t) => JSON.stringify(t) === JSON.stringify(w.armed.get(t.name)))
    );
  },
  "success alone leads what is wanted and not finally failed back to work": (w, policy) =>
    everywhere(
      w,
      (word, d) =>
        !isAllowed(w, d) ||
        w.machine.wanted !== true ||
        word === "failed.final" ||
        withSuccessAlone(w, d, policy).at(-1) === "enabled.running",
    ),
  "the lifecycle word is true": (w) => words[lifecycle(w.machine)](w),
  "the word is enabled exactly when a direction works": (w) =>
    lifecycle(w.machine).startsWith("enabled") === !everywhere(w, (word) => !isEnabled(word)),
  "the raised alerts are those that the machine remembers": (w) => {
    const remembered = [
      ...directions.flatMap((d) => w.machine.directions[d].context.alerted.map((code) => `${d} ${code}`)),
      ...(w.machine.asked?.passed ? ["mailbox MAILBOX_ENABLED"] : []),
    ];
    return w.machine.deleted
      ? w.raised.size === 0
      : remembered.length === w.raised.size && remembered.every((alert) => w.raised.has(alert));
  },
  "that test and enable passed is said only while all that was tested works": ({ machine: m }) =>
    !m.asked?.passed ||
    m.asked.directions.every(
      (d) => wordOf(m.directions[d].value) === "enabled.running" && m.directions[d].context.verdict === "Success",
    ),
  "a failed direction has an alert with its cause, or had it when it stopped": (w) =>
    everywhere(w, (word, d) => {
      const { alerted, failure } = w.machine.directions[d].context;
      if (word === "failed.final") return failure !== null && alerted.includes(failure.code);
      return word !== "failed.probing" || alerted.some((code) => code !== "TEST_PASSED");
    }),
};

/** What must hold for every step. `after` is the world it led to. */
export const stepRules: Record<string, (before: World, offered: Offered, result: StepResult, after: World) => boolean> =
  {
    "stale reports are ignored": (_before, { stale }, result) => !stale || result.outcome === "ignored",
    "deleted is absorbing": ({ machine }, _offered, result) =>
      !machine.deleted || result.outcome !== "accepted" || (!result.changed && result.effects.length === 0),
    "a one-shot timer that fires moves its direction": (before, { event, fired }, result) =>
      !fired ||
      (result.outcome === "accepted" &&
        "direction" in event &&
        result.state.directions[event.direction] !== before.machine.directions[event.direction]),
    "generations never go back": (before, _offered, _result, after) =>
      directions.every(
        (d) => after.machine.directions[d].context.generation >= before.machine.directions[d].context.generation,
      ),
    "another state is another generation, except out of off": (before, _offered, _result, after) =>
      directions.every(
        (d) =>
          wordIn(before, d) === wordIn(after, d) ||
          wordIn(before, d) === "off" ||
          after.machine.directions[d].context.generation > before.machine.directions[d].context.generation,
      ),
    "a test that begins asks for its run": (before, _offered, result, after) =>
      result.outcome !== "accepted" ||
      directions.every((d) => {
        const { generation, besideTestDue } = after.machine.directions[d].context;
        const begins = generation > before.machine.directions[d].context.generation;
        if (!begins || (wordIn(after, d) !== "testing" && besideTestDue === null)) return true;
        return result.effects.some(
          (e) => e.type === "requestRun" && e.direction === d && e.purpose === "test" && e.generation === generation,
        );
      }),
    "a refusal says why and what to do": (_before, _offered, result) =>
      result.outcome !== "refused" || (result.detail.length > 10 && result.remedy.length > 10),
    "reports never change what people asked for": (before, { event }, _result, after) =>
      !("direction" in event) || before.machine.wanted === after.machine.wanted,
    "what did not change has no lasting effects": (_before, _offered, result) =>
      result.outcome !== "accepted" || result.changed || result.effects.every((e) => e.type === "requestRun"),
  };
