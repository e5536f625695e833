import { type Failure, failureCodes, type TestStep } from "@mailfleet/contracts";

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
    failed(step, failure) {
      const { text, remedy } = failureCodes[failure.code];
      const detail = failure.evidence?.reply ?? failure.evidence?.systemCode ?? text;
      add(step, { outcome: "failed", detail, code: failure.code, remedy });
      return { steps, failure };
    },
    passed: () => ({ steps, failure: null }),
  };
}
