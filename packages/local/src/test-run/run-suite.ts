import type { Coverage } from "./coverage.ts";
import { type FileResult, runFile } from "./run-file.ts";
import type { Suite } from "./suites.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface SuiteResult extends Counts {
  readonly seconds: number;
  /** Each reason for which tests were skipped, once. */
  readonly skipReasons: readonly string[];
}

/** Runs the files of a suite, some at a time, and shows what failed as soon as it is known. */
export async function runSuite(
  suite: Suite,
  files: readonly string[],
  env: Readonly<Record<string, string>>,
  say: (text: string) => void,
  coverage?: Coverage,
): Promise<SuiteResult> {
  const began = performance.now();
  const left = [...files];
  const results: FileResult[] = [];
  const worker = async () => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      const result = await runFile(file, env, suite.fileDeadlineMs, coverage, (line) => say(`  »     ${line}`));
      results.push(result);
      show(result, say);
    }
  };
  await Promise.all(Array.from({ length: suite.concurrency }, worker));
  const outcomes = results.flatMap((result) => result.outcomes);
  const count = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const reasons = outcomes.flatMap(({ outcome, reason }) => (outcome === "skipped" && reason ? [reason] : []));
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    seconds: (performance.now() - began) / 1000,
    skipReasons: [...new Set(reasons)],
  };
}

function show({ file, outcomes, seconds, output }: FileResult, say: (text: string) => void): void {
  const failed = outcomes.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) {
    say(`  ok    ${file} (${outcomes.length}, ${seconds.toFixed(1)} s)`);
    return;
  }
  say(`  FAIL  ${file} (${failed.length} of ${outcomes.length}, ${seconds.toFixed(1)} s)`);
  for (const { name, reason } of failed) say(indent(`${name}\n${indent(reason ?? "", "  ")}`, "        "));
  if (output.length > 0) say(indent(`last output:\n${output.join("\n")}`, "        "));
}

const indent = (text: string, by: string) => text.replace(/^/gm, by);
