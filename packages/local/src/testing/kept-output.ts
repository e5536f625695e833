import { appendFileSync } from "node:fs";

/**
 * The test runner names two files: one takes every secret that a suite uses, the other every line that services and
 * tests write. When all is done it looks whether any of the first is in the second. Outside of a test run neither is
 * set.
 */
const files = {
  secrets: process.env.MAILFLEET_TEST_SECRETS,
  output: process.env.MAILFLEET_TEST_OUTPUT,
};

/** Shorter ones are words that appear in output for other reasons. */
const shortestSecret = 12;

/** What must be in no output from now on. */
export function watchSecret(...secrets: readonly string[]): void {
  if (!files.secrets) return;
  const long = secrets.filter((secret) => secret.length >= shortestSecret && !/\s/.test(secret));
  if (long.length > 0) appendFileSync(files.secrets, long.map((secret) => `${secret}\n`).join(""));
}

/** A line of output that is looked through later. */
export function keepOutput(source: string, line: string): void {
  if (files.output) appendFileSync(files.output, `${source}\t${line}\n`);
}
