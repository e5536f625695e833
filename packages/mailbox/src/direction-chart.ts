import { directionSetup } from "./direction-setup.ts";

/** Everything that is under way is void from here on. */
const anew = ["raiseGeneration", "testDeadline"] as const;
const nothingWaits = [
  { type: "plan", params: { step: "nothing" } },
  { type: "timer", params: { deliver: "event" } },
] as const;
const clearAlerts = ["dropAlerts", { type: "tellAlerts", params: { occasion: "changed" } }] as const;
const alertFailed = ["standFailure", { type: "tellAlerts", params: { occasion: "failed" } }] as const;
const alertWarning = ["standWarning", { type: "tellAlerts", params: { occasion: "retrying" } }] as const;
const alertPassed = ["standPassed", { type: "tellAlerts", params: { occasion: "passed" } }] as const;
const passed = [
  { type: "judge", params: { verdict: "Success" } },
  { type: "publishTested", params: { outcome: "ok" } },
] as const;
const notPassed = [
  { type: "judge", params: { verdict: "Failure" } },
  { type: "publishTested", params: { outcome: "failed" } },
] as const;
const notRun = { type: "judge", params: { verdict: "NotRun" } } as const;
const test = [...anew, "startOver"] as const;

/** A test failed, or its deadline passed: the first branch that applies. */
const testFailed = [
  { guard: "mayRetry", target: "retesting", actions: [...notPassed, ...anew, "noteFailure", ...alertWarning] },
  {
    guard: "mayProbe",
    target: "#direction.failed.probing",
    actions: [...notPassed, ...anew, "noteFailure", ...alertFailed],
  },
  { target: "#direction.failed.final", actions: [...notPassed, ...anew, "noteFailure", ...alertFailed] },
] as const;

/** A run of daily work failed. */
const workFailed = [
  {
    guard: "mayRetry",
    target: "#direction.enabled.retrying",
    reenter: true,
    actions: ["judgeBesideTest", "publishBesideTested", ...anew, "noteFailure", ...alertWarning],
  },
  {
    guard: "mayProbe",
    target: "#direction.failed.probing",
    actions: ["judgeBesideTest", "publishBesideTested", ...anew, "noteFailure", ...alertFailed],
  },
  {
    target: "#direction.failed.final",
    actions: ["judgeBesideTest", "publishBesideTested", ...anew, "noteFailure", ...alertFailed],
  },
] as const;

/** A test that ran beside daily work failed or gave no result: people are told, and the work continues. */
const besideFailed = {
  guard: "testBeside",
  actions: [
    ...notPassed,
    "endBesideTest",
    "testDeadline",
    "refreshFailure",
    "standFailure",
    { type: "tellAlerts", params: { occasion: "failedBeside" } },
  ],
} as const;

/** A test beside daily work found what daily work must not go on with. */
const besideEnds = {
  guard: "besideEnds",
  target: "#direction.failed.final",
  actions: [...notPassed, ...anew, "noteFailure", ...alertFailed],
} as const;

/**
 * One direction of a mailbox. One chart, three instances. A command has the same answer in every state unless a state
 * overrides it; `{}` means "not in this state".
 */
export const directionChart = directionSetup.createMachine({
  id: "direction",
  initial: "off",
  context: {
    generation: 0,
    attempt: 0,
    failure: null,
    failedAt: null,
    verdict: "NotRun",
    next: null,
    besideTestDue: null,
    secondChanceUsed: false,
    alerted: [],
  },
  on: {
    FORBID: { target: ".off", actions: [...anew, "startOver", notRun, ...clearAlerts] },
    STOP: { target: ".idle", actions: [...anew, "startOver", ...clearAlerts] },
    TEST: { target: ".testing", actions: [...test] },
    CHANGED: [
      { guard: "wanted", target: ".testing", actions: [...test, notRun, "dropPassed", clearAlerts[1]] },
      { target: ".idle", actions: [...anew, "startOver", notRun, ...clearAlerts] },
    ],
  },
  states: {
    off: {
      entry: [...nothingWaits],
      on: {
        ALLOW: [{ guard: "wanted", target: "testing", actions: [...test] }, { target: "idle" }],
        FORBID: {},
        STOP: {},
        TEST: {},
        CHANGED: {},
      },
    },
    idle: { entry: [...nothingWaits], on: { STOP: {} } },
    testing: {
      entry: [
        { type: "requestRun", params: { purpose: "test" } },
        { type: "plan", params: { step: "testDeadline" } },
        { type: "timer", params: { deliver: "event" } },
      ],
      on: {
        TEST_OK: [
          {
            guard: "wanted",
            target: "#direction.enabled.running",
            actions: [...passed, ...anew, "startOver", { type: "plan", params: { step: "pollNow" } }, ...alertPassed],
          },
          { target: "idle", actions: [...passed, ...anew, "startOver", ...alertPassed] },
        ],
        TEST_FAILED: [...testFailed],
        TIMER: [...testFailed],
      },
    },
    retesting: {
      entry: [
        { type: "plan", params: { step: "retest" } },
        { type: "timer", params: { deliver: "event" } },
      ],
      on: { TIMER: { target: "testing", actions: [...anew] } },
    },
    enabled: {
      initial: "running",
      states: {
        running: {
          entry: [{ type: "timer", params: { deliver: "run", purpose: "sync" } }],
          on: {
            TEST: {
              actions: [
                ...anew,
                { type: "plan", params: { step: "pollOn" } },
                { type: "timer", params: { deliver: "run", purpose: "sync" } },
                "startBesideTest",
                "testDeadline",
                { type: "requestRun", params: { purpose: "test" } },
              ],
            },
            TEST_OK: {
              guard: "testBeside",
              actions: [...passed, "endBesideTest", "testDeadline", "startOver", ...alertPassed],
            },
            TEST_FAILED: [besideEnds, besideFailed],
            TIMER: besideFailed,
            FAILED: [...workFailed],
            RETUNE: {
              guard: "otherPoll",
              actions: [
                { type: "plan", params: { step: "pollAnew" } },
                { type: "timer", params: { deliver: "run", purpose: "sync" } },
              ],
            },
          },
        },
        retrying: {
          entry: [
            { type: "plan", params: { step: "retry" } },
            { type: "timer", params: { deliver: "run", purpose: "sync" } },
          ],
          on: {
            OK: {
              target: "running",
              actions: [...anew, "startOver", { type: "plan", params: { step: "pollLater" } }, ...clearAlerts],
            },
            FAILED: [...workFailed],
          },
        },
      },
    },
    failed: {
      initial: "final",
      states: {
        final: { entry: [...nothingWaits] },
        probing: {
          entry: [
            { type: "plan", params: { step: "probe" } },
            { type: "timer", params: { deliver: "run", purpose: "probe" } },
          ],
          on: {
            OK: {
              target: "#direction.enabled.running",
              actions: [...anew, "startOver", { type: "plan", params: { step: "pollNow" } }, ...clearAlerts],
            },
            FAILED: [
              { guard: "hopeless", target: "final", actions: [...anew, "refreshFailure", ...alertFailed] },
              { target: "probing", reenter: true, actions: [...anew, "refreshFailure", "spendSecondChance"] },
            ],
            RETUNE: {
              guard: "otherProbe",
              actions: [
                { type: "plan", params: { step: "probe" } },
                { type: "timer", params: { deliver: "run", purpose: "probe" } },
              ],
            },
          },
        },
      },
    },
  },
});
