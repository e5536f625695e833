import type { AlertCode, Direction, RetryPolicy } from "@mailfleet/contracts";
import { alertDetail } from "./alert-words.ts";
import type { AlertOccasion, EffectParameters } from "./direction-setup.ts";
import type { Effect, SetTimer } from "./effects.ts";
import type { DirectionContext } from "./machine-state.ts";

/** One transition of one direction, as seen from outside. */
export interface Moved {
  readonly direction: Direction;
  readonly before: DirectionContext;
  readonly after: DirectionContext;
  readonly policy: RetryPolicy;
}

/** Names of the timer a direction waits for and of the deadline of a test that runs beside its work. */
export const timerName = {
  wait: (direction: Direction): string => direction,
  besideTest: (direction: Direction): string => `${direction}-test`,
};

/** The timer for the planned next step. */
export function waitTimer(
  direction: Direction,
  context: DirectionContext,
  delivery: EffectParameters["timer"],
): SetTimer[] {
  if (!context.next) return [];
  const { at, everyMs } = context.next;
  const recurring = everyMs === undefined ? {} : { everyMs };
  const name = timerName.wait(direction);
  return [{ type: "setTimer", name, direction, due: at, ...recurring, generation: context.generation, ...delivery }];
}

/** The deadline of a test that runs beside daily work. */
export function besideTestTimer(direction: Direction, { besideTestDue, generation }: DirectionContext): SetTimer[] {
  if (besideTestDue === null) return [];
  const name = timerName.besideTest(direction);
  return [{ type: "setTimer", name, direction, due: besideTestDue, generation, deliver: "event" }];
}

/** Clears alerts that no longer apply and raises new ones. Some occasions raise theirs again. */
function alerts({ direction, before, after, policy }: Moved, occasion: AlertOccasion): Effect[] {
  const gone = before.alerted.filter((code) => !after.alerted.includes(code));
  const again: readonly (AlertCode | undefined)[] =
    occasion === "failed" || occasion === "failedBeside"
      ? [after.failure?.code]
      : occasion === "passed"
        ? ["TEST_PASSED"]
        : [];
  const raised = after.alerted.filter((code) => !before.alerted.includes(code) || again.includes(code));
  const detail = alertDetail(occasion, direction, after, policy);
  return [
    ...(gone.length > 0 ? [{ type: "clearAlert", direction, codes: gone } as const] : []),
    ...raised.map((code) => {
      const isCause = after.failure?.code === code || code === "THROTTLED_FOR_HOURS";
      const failure = isCause && after.failure ? { failure: after.failure } : {};
      return { type: "raiseAlert", direction, code, ...(detail ? { detail } : {}), ...failure } as const;
    }),
  ];
}

const testedFact = ({ direction, before, after }: Moved, outcome: "ok" | "failed"): Effect => ({
  type: "publishFact",
  fact: "tested",
  direction,
  generation: before.generation,
  outcome,
  ...(outcome === "failed" && after.failure ? { failure: after.failure } : {}),
});

const none: Effect[] = [];

/** The effect of each chart action, as data. The contexts are those before and after the whole transition. */
const translations: {
  [Name in keyof EffectParameters]: (moved: Moved, parameters: EffectParameters[Name]) => Effect[];
} = {
  requestRun: ({ direction, after }, { purpose }) => [
    { type: "requestRun", direction, purpose, generation: after.generation },
  ],
  timer: ({ direction, before, after }, delivery) =>
    after.next
      ? waitTimer(direction, after, delivery)
      : before.next
        ? [{ type: "clearTimer", name: timerName.wait(direction) }]
        : none,
  testDeadline: ({ direction, before, after }) =>
    after.besideTestDue !== null
      ? besideTestTimer(direction, after)
      : before.besideTestDue !== null
        ? [{ type: "clearTimer", name: timerName.besideTest(direction) }]
        : none,
  tellAlerts: (moved, { occasion }) => alerts(moved, occasion),
  publishTested: (moved, { outcome }) => [testedFact(moved, outcome)],
  publishBesideTested: (moved) => (moved.before.besideTestDue === null ? none : [testedFact(moved, "failed")]),
};

/** The effects of one action that a transition returned. Actions that XState has already done have none. */
export function effectsOf(moved: Moved, action: { readonly type: string; readonly params?: unknown }): Effect[] {
  if (!(action.type in translations)) return none;
  const name = action.type as keyof EffectParameters;
  return (translations[name] as (moved: Moved, parameters: unknown) => Effect[])(moved, action.params);
}
