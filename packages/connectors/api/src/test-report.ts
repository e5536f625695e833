import { type Failure, failureCodes, failureOf, type TestStep } from "@mailfleet/contracts";
import type { ConnectOptions } from "./connect-options.ts";

/** Hears of each step of a test as soon as it is done, so that a person can watch. */
export type StepListener = (step: TestStep, index: number) => void;

/** What a test found: every step in order, and the failure that stopped it, if one did. */
export interface TestReport {
  readonly steps: readonly TestStep[];
  readonly failure: Failure | null;
}

/** Writes a test's report, step by step. A step took as long as has passed since the one before it. */
export interface TestRecord {
  done(step: TestStep["step"], detail: string): void;
  skipped(step: TestStep["step"], detail: string): void;
  /** The step that ends the test: with the server's words, or the system's code, and what to do. */
  failed(step: TestStep["step"], failure: Failure): TestReport;
  passed(): TestReport;
}

/** True for a test that has nothing to sign in with and shall go as far as it can. */
export const endsBeforeSignIn = ({ ends }: Pick<ConnectOptions, "ends">): boolean => ends?.before === "sign-in";

/** Thrown where such a test has come to the sign-in. Not a failure. */
export class NotSignedIn extends Error {
  /** What the server offers, in words. */
  readonly offered: string;
  constructor(offered: string) {
    super("a test ended before signing in");
    this.name = "NotSignedIn";
    this.offered = offered;
  }
}

/** Why the sign-in was left out, and what the server said before it. */
export function notSignedInWords({ ends }: Pick<ConnectOptions, "ends">, offered: string): string {
  return `${ends?.why ?? "not signed in"}; ${offered}`.slice(0, 1000);
}

/**
 * What refuses one message in daily work refuses the test: the message is Mailfleet's own, and nobody can correct it or
 * send it again. What the server lacks for this address, or says of the sender, keeps its own words.
 */
function ofTest(failure: Failure): Failure {
  const { kind, code, evidence, retryAfterMs } = failure;
  if (kind !== "message" || code === "SERVER_LACKS_EXTENSION") return failure;
  const ofOneMessage = failureCodes[code].kind === "message";
  return failureOf(ofOneMessage ? "TEST_MESSAGE_REFUSED" : code, evidence, retryAfterMs);
}

/** Begins the report of a test. */
export function recordTest(listener: StepListener): TestRecord {
  const steps: TestStep[] = [];
  let since = performance.now();
  const add = (step: TestStep["step"], found: Omit<TestStep, "step" | "ms">) => {
    const now = performance.now();
    const ms = found.outcome === "skipped" ? 0 : Math.round((now - since) * 10) / 10;
    since = now;
    const entry: TestStep = { step, ms, ...found };
    steps.push(entry);
    listener(entry, steps.length - 1);
  };
  return {
    done: (step, detail) => add(step, { outcome: "ok", detail }),
    skipped: (step, detail) => add(step, { outcome: "skipped", detail }),
    failed(step, found) {
      const failure = ofTest(found);
      const { text, remedy } = failureCodes[failure.code];
      const detail = failure.evidence?.reply ?? failure.evidence?.systemCode ?? text;
      add(step, { outcome: "failed", detail, code: failure.code, remedy });
      return { steps, failure };
    },
    passed: () => ({ steps, failure: null }),
  };
}
