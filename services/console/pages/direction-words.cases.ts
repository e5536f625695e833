import type { DirectionStatus } from "@mailfleet/contracts";

type Test = NonNullable<DirectionStatus["lastTest"]>;
type ShownError = NonNullable<DirectionStatus["lastError"]>;

const at = 1_700_000_000_000;
const idle: DirectionStatus = {
  configured: true,
  state: "idle",
  enabled: false,
  verdict: "NotRun",
  generation: 1,
  lastTest: null,
  attempt: 0,
  attemptsLeft: 10,
  lastError: null,
  next: null,
};
const passed: Test = { at, outcome: "ok", steps: [{ step: "authenticate", outcome: "ok", ms: 5, detail: "LOGIN" }] };
const refused: Test = {
  at,
  outcome: "failed",
  steps: [
    { step: "authenticate", outcome: "ok", ms: 5 },
    { step: "send", outcome: "failed", ms: 7, detail: "554 5.7.1 <spam>", code: "TEST_MESSAGE_REFUSED" },
  ],
};
const error = (reply?: string): ShownError => ({
  kind: "transient",
  code: "SERVER_UNAVAILABLE",
  text: "The server says that it is unavailable.",
  remedy: "Wait.",
  at,
  ...(reply === undefined ? {} : { evidence: { reply } }),
});
const works = { state: "enabled.running", enabled: true, verdict: "Success" } as const;

/** What a person reads about one direction; `hides` must not be there. */
export interface DirectionCase {
  readonly what: string;
  readonly status: DirectionStatus;
  readonly underTest?: boolean;
  readonly note?: string;
  readonly shows: readonly RegExp[];
  readonly hides?: readonly RegExp[];
}

/** States of a direction and what the owner's page says about each. */
export const directionCases: readonly DirectionCase[] = [
  { what: "not used", status: { ...idle, configured: false, state: "off" }, shows: [/switched off/] },
  { what: "never tested", status: idle, shows: [/not tested yet/], hides: [/Steps/] },
  { what: "under test", status: { ...idle, state: "testing" }, underTest: true, shows: [/being tested …/] },
  {
    what: "under test after a failure",
    status: { ...idle, state: "testing", lastError: error("421 busy"), lastTest: refused },
    underTest: true,
    shows: [/being tested …/],
    hides: [/421 busy/, /Steps/],
  },
  {
    what: "works, and what that does not mean",
    status: { ...idle, ...works, lastTest: passed },
    note: "Not synchronised yet.",
    shows: [
      /<span class="state good"><span class="sign good" aria-hidden="true">✓<\/span> works<\/span><p class="soft">Not synchronised yet\.</,
    ],
  },
  {
    what: "works",
    status: { ...idle, ...works, lastTest: passed },
    shows: [
      /state good">.*✓<\/span> works</,
      /Tested on .*2023-11-14 22:13 UTC.*✓<\/span> Sign in, done after 5 ms.*LOGIN/,
    ],
  },
  {
    what: "works, tested beside its work",
    status: { ...idle, ...works, lastTest: passed },
    underTest: true,
    shows: [/being tested …/],
    hides: [/works/],
  },
  {
    what: "works with trouble",
    status: { ...idle, ...works, state: "enabled.retrying", lastError: error("421 busy") },
    shows: [/works, but has trouble/, /The server says: 421 busy/, /Wait\./],
  },
  {
    what: "enabled again by a sign-in alone",
    status: { ...idle, ...works, verdict: "Failure", lastTest: refused },
    shows: [/no test has passed yet/],
    hides: [/> works/],
  },
  {
    what: "enabled, never tested",
    status: { ...idle, ...works, verdict: "NotRun" },
    shows: [/no test has passed yet/],
    hides: [/> works/],
  },
  {
    what: "tested, not wanted",
    status: { ...idle, verdict: "Success", lastTest: passed },
    shows: [/the test passed, but it is not/],
  },
  {
    what: "refused, and the test is repeated",
    status: { ...idle, state: "retesting", verdict: "Failure", lastError: error(), lastTest: refused },
    shows: [/the test is repeated/],
    hides: [/The server says:/],
  },
  {
    what: "refused for good, with the server's words and open steps",
    status: { ...idle, state: "failed.final", verdict: "Failure", lastError: error("554"), lastTest: refused },
    shows: [
      /does not work/,
      /<details open>/,
      /<li class="failed">.*✕<\/span> Send a test message, failed after 7 ms.*554 5\.7\.1 &lt;spam&gt;/,
    ],
    hides: [/<spam>/],
  },
  {
    what: "checked once an hour",
    status: { ...idle, state: "failed.probing", verdict: "Failure", lastError: error() },
    shows: [/state bad">.*✕<\/span> does not work</],
    hides: [/Steps/],
  },
  {
    what: "refused in words that would turn the text round",
    status: { ...idle, state: "failed.final", lastError: error("no\u202eon\r\nmore") },
    shows: [/The server says: no on more/],
  },
];
