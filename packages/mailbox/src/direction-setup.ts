import type { Failure, Verdict } from "@mailfleet/contracts";
import { assign, setup } from "xstate";
import {
  endsWork,
  type FailureEvent,
  failureIn,
  isHopeless,
  mayProbe,
  mayRetry,
  raisesWarning,
  throttledSince,
} from "./failure-rules.ts";
import type { DirectionContext } from "./machine-state.ts";
import { type PlanName, plans, rhythmOf, type Waiting } from "./waiting.ts";

/** The events of a direction's chart. Generations were compared before (reports.ts). */
export type DirectionSignal =
  | { readonly type: "ALLOW" | "FORBID" | "STOP" | "CHANGED" | "RETUNE" | "TEST" | "TEST_OK" | "OK" | "TIMER" }
  | { readonly type: "TEST_FAILED" | "FAILED"; readonly failure: Failure };

/** A signal with time, seed, policy and intent, which the composition adds. */
export type DirectionEvent = DirectionSignal & Waiting & { readonly wanted: boolean };

/** Why people are told something. The words are in alert-words.ts. */
export type AlertOccasion = "retrying" | "failed" | "failedBeside" | "passed" | "changed";

/** Parameters of the actions that are returned as data, by action (direction-effects.ts turns them into effects). */
export interface EffectParameters {
  requestRun: { purpose: "test" | "sync" | "probe" };
  /** Arms the timer of the planned step, or disarms it if nothing is planned. */
  timer: { deliver: "run" | "event"; purpose?: "sync" | "probe" };
  /** Arms or disarms the deadline of the test that runs beside daily work. */
  testDeadline: undefined;
  tellAlerts: { occasion: AlertOccasion };
  publishTested: { outcome: "ok" | "failed" };
  /** Daily work failed while a test ran beside it: that is the test's result too. */
  publishBesideTested: undefined;
}
const isData =
  <Parameters>() =>
  (_: unknown, _parameters: Parameters): void => {};

interface Given {
  context: DirectionContext;
  event: DirectionEvent;
}
const failureEvent = ({ event }: Given): FailureEvent => event;
const besides = (context: DirectionContext, ...codes: string[]) =>
  context.alerted.filter((standing) => !codes.includes(standing));

/** The names used in the direction's chart. */
export const directionSetup = setup({
  types: { context: {} as DirectionContext, events: {} as DirectionEvent },
  guards: {
    wanted: ({ event }: Given) => event.wanted,
    testBeside: ({ context }: Given) => context.besideTestDue !== null,
    besideEnds: (given: Given) => given.context.besideTestDue !== null && endsWork(failureEvent(given)),
    mayRetry: (given: Given) => mayRetry(given.context, failureEvent(given)),
    mayProbe: (given: Given) => mayProbe(failureEvent(given)),
    otherPoll: ({ context, event }: Given) => context.next !== null && context.next.everyMs !== rhythmOf(event),
    otherProbe: ({ context, event }: Given) => context.next?.everyMs !== event.policy.probeMs,
    hopeless: (given: Given) => isHopeless(given.context, failureEvent(given)),
  },
  actions: {
    /** Everything that is under way is void from here on, including a test that runs beside daily work. */
    raiseGeneration: assign(({ context }) => ({ generation: context.generation + 1, besideTestDue: null })),
    startOver: assign({ attempt: 0, failure: null, failedAt: null, secondChanceUsed: false, throttledSince: null }),
    noteFailure: assign((given) => {
      const failure = failureIn(failureEvent(given));
      return {
        failure,
        failedAt: given.event.at,
        attempt: given.context.attempt + (failure.kind === "throttled" ? 0 : 1),
        throttledSince: throttledSince(given.context, failureEvent(given)),
        secondChanceUsed: given.context.secondChanceUsed || failure.kind === "auth",
      };
    }),
    /** Keeps the server's latest words. A failed probe, or a failed test beside daily work, is not an attempt. */
    refreshFailure: assign((given) => {
      const failure = failureIn(failureEvent(given));
      return { failure, failedAt: given.event.at };
    }),
    spendSecondChance: assign((given) => ({
      secondChanceUsed: given.context.secondChanceUsed || failureIn(failureEvent(given)).kind === "auth",
    })),
    judge: assign((_, { verdict }: { verdict: Verdict }) => ({ verdict })),
    judgeBesideTest: assign(({ context }) => (context.besideTestDue === null ? {} : { verdict: "Failure" as const })),
    startBesideTest: assign(({ event }) => ({ besideTestDue: event.at + event.policy.testDeadlineMs })),
    endBesideTest: assign({ besideTestDue: null }),
    plan: assign(({ context, event }, { step }: { step: PlanName }) => ({ next: plans[step](event, context) })),
    /** A warning is raised at the first failure of its kind, an error only when the direction stops. */
    standWarning: assign(({ context, event }) => {
      if (!context.failure || !raisesWarning(context.failure)) return {};
      const since = context.throttledSince ?? null;
      const isLong = since !== null && event.at - since >= event.policy.throttledAlertMs;
      const codes = [context.failure.code, ...(isLong ? (["THROTTLED_FOR_HOURS"] as const) : [])];
      return { alerted: [...besides(context, "TEST_PASSED", ...codes), ...codes] };
    }),
    standFailure: assign(({ context }) =>
      context.failure
        ? { alerted: [...besides(context, "TEST_PASSED", context.failure.code), context.failure.code] }
        : {},
    ),
    standPassed: assign({ alerted: ["TEST_PASSED" as const] }),
    dropPassed: assign(({ context }) => ({ alerted: besides(context, "TEST_PASSED") })),
    dropAlerts: assign({ alerted: [] }),

    requestRun: isData<EffectParameters["requestRun"]>(),
    timer: isData<EffectParameters["timer"]>(),
    testDeadline: isData<EffectParameters["testDeadline"]>(),
    tellAlerts: isData<EffectParameters["tellAlerts"]>(),
    publishTested: isData<EffectParameters["publishTested"]>(),
    publishBesideTested: isData<EffectParameters["publishBesideTested"]>(),
  },
});
