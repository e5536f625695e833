import type { Failure, TestStep } from "@mailfleet/contracts";

/** Hears of each step of a test as soon as it is done, so that a person can watch. */
export type StepListener = (step: TestStep, index: number) => void;

/** What a test found: every step in order, and the failure that stopped it, if one did. */
export interface TestReport {
  readonly steps: readonly TestStep[];
  readonly failure: Failure | null;
}
