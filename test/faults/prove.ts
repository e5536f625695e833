/**
 * `npm run test:faults -- --prove [--only=TEXT]`: the suite proves itself. In a clone of the checkout one line after
 * another is broken on purpose (breakages.ts), and its scenario must turn red by the check that is meant. Ends with "N of N breakages were noticed";
 * exit code 1 if one was not.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startGuarded } from "@mailfleet/local/testing";
import { type Breakage, breakages } from "./breakages.ts";

const run = promisify(execFile);
const checkout = fileURLToPath(new URL("../../", import.meta.url));
const clone = join(checkout, ".local", `prove-${process.pid}`);
const say = (text: string) => process.stdout.write(`${text}\n`);

/** The committed state, with the same dependencies and engines. */
async function makeClone(): Promise<void> {
  await mkdir(join(checkout, ".local"), { recursive: true });
  await run("git", ["clone", "--quiet", "--shared", checkout, clone]);
  // Hard links: the links to our own packages among them must lead into the clone.
  await run("cp", ["-al", join(checkout, "node_modules"), join(clone, "node_modules")]);
  await mkdir(join(clone, ".local"), { recursive: true });
  await symlink(join(checkout, ".local", "engines"), join(clone, ".local", "engines"));
}

/** What the scenario said with this line broken: its FAIL line, its ok line, or nothing. */
async function verdictOf({ file, text, replacement, scenario }: Breakage): Promise<string | undefined> {
  const path = join(clone, file);
  const whole = await readFile(path, "utf8");
  await writeFile(
    path,
    whole.replace(text, () => replacement),
  );
  const said: string[] = [];
  try {
    const suite = join(clone, "test/faults/faults.e2e.test.ts");
    const program = await startGuarded(process.execPath, ["--test-force-exit", suite], {
      cwd: clone,
      env: {
        NODE_TEST_CONTEXT: "",
        MAILFLEET_ALL_FAULTS: "true",
        MAILFLEET_FAULT_SCENARIO: scenario,
        // What is stuck need not be watched for long.
        MAILFLEET_FAULT_QUIET_MS: "25000",
      },
      keepsAlive: true,
      onLine: (line) => void said.push(line),
    });
    await program.ended;
  } finally {
    await writeFile(path, whole);
  }
  return said.find((line) => /^» (?:ok|FAIL) /.test(line)) ?? said.findLast((line) => /Error/.test(line));
}

const only = process.argv.find((word) => word.startsWith("--only="))?.slice("--only=".length) ?? "";
const wanted = breakages.filter(({ name }) => only.split("|").some((text) => name.includes(text)));
await makeClone();
let noticed = 0;
try {
  for (const breakage of wanted) {
    const began = performance.now();
    const verdict = (await verdictOf(breakage)) ?? "the scenario said nothing";
    const isRed = verdict.startsWith("» FAIL") && verdict.includes(breakage.check);
    if (isRed) noticed++;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    say(`${isRed ? "noticed" : "MISSED "}  ${breakage.name} (${seconds} s)\n         ${verdict.slice(0, 240)}`);
  }
} finally {
  await rm(clone, { recursive: true, force: true });
}
say(`\n${noticed} of ${wanted.length} breakages were noticed`);
process.exitCode = noticed === wanted.length && wanted.length > 0 ? 0 : 1;
