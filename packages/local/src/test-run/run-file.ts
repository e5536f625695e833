import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startGuarded } from "../engines/guarded-program.ts";
import { CHECKOUT, LOCAL_FOLDER } from "../engines/local-folder.ts";
import type { Coverage } from "./coverage.ts";
import type { Outcome } from "./outcome-reporter.ts";

const REPORTER = fileURLToPath(new URL("./outcome-reporter.ts", import.meta.url));

/** Begins a line in which a long test file reports progress. */
const PROGRESS = "» ";

/** A test file's result. */
export interface FileResult {
  readonly file: string;
  readonly outcomes: readonly Outcome[];
  readonly seconds: number;
  /** Its last lines of output, shown when something failed. */
  readonly output: readonly string[];
}

/**
 * Runs one test file in its own process, which ends with this one. A file that crashes, hangs past its deadline or
 * holds no test counts as one failure. `coverage` collects which lines ran. A long file reports progress in lines that
 * begin with `» `: `show` gets them at once, and the deadline starts again with each.
 */
export async function runFile(
  file: string,
  env: Readonly<Record<string, string>>,
  deadlineMs: number,
  coverage?: Coverage,
  show?: (line: string) => void,
): Promise<FileResult> {
  const folder = join(LOCAL_FOLDER, "test-outcomes");
  await mkdir(folder, { recursive: true });
  const name = randomUUID();
  const destination = join(folder, `${name}.jsonl`);
  const counts = join(folder, `${name}-coverage`);
  const began = performance.now();
  const keep = (line: string) => {
    const output = env.MAILFLEET_TEST_OUTPUT;
    if (output && line) appendFileSync(output, `${file}\t${line}\n`);
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void program.stop();
  }, deadlineMs);
  const program = await startGuarded(
    process.execPath,
    ["--test-reporter", REPORTER, "--test-reporter-destination", destination, join(CHECKOUT, file)],
    {
      env: { ...env, NODE_TEST_CONTEXT: "", ...(coverage && { NODE_V8_COVERAGE: counts }) },
      cwd: CHECKOUT,
      keepsAlive: true,
      onLine: (line) => {
        keep(line);
        if (!line.startsWith(PROGRESS)) return;
        timer.refresh();
        show?.(line.slice(PROGRESS.length));
      },
    },
  );
  const code = await program.ended;
  clearTimeout(timer);
  const written = await readFile(destination, "utf8").catch(() => "");
  await rm(destination, { force: true });
  await coverage?.add(counts);
  // What an assertion says is shown as well.
  for (const line of written.split("\n")) keep(line);
  const outcomes = written
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Outcome);
  const fault = late
    ? `did not end within ${deadlineMs / 60_000} minutes: a test hangs, or an open handle keeps the process alive`
    : code !== 0 && !outcomes.some(({ outcome }) => outcome === "failed")
      ? `ended with code ${code}`
      : outcomes.length === 0
        ? "holds no test"
        : null;
  if (fault) outcomes.push({ name: "(the file itself)", outcome: "failed", reason: fault });
  return { file, outcomes, seconds: (performance.now() - began) / 1000, output: program.lines.slice(-60) };
}
