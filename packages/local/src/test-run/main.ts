/**
 * `npm test [-- SUITE… PATTERN… --install --coverage]`: all suites, or some of them, or the files whose path holds a
 * pattern. A run of everything, or one with `--coverage`, shows how much of each package the unit and int suites ran.
 * Ends with the line "N passed, N failed, N skipped". Exit code 1 if anything failed, or nothing was found
 * where something should be.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { buildPage } from "../build-page.ts";
import { EngineUnavailable } from "../engines/engine-unavailable.ts";
import { writeEngineUsers } from "../engines/engine-users.ts";
import { startGuarded } from "../engines/guarded-program.ts";
import { CHECKOUT, LOCAL_FOLDER } from "../engines/local-folder.ts";
import { endWithParent } from "../stack/end-with-parent.ts";
import { installMissingPackages } from "../testing/debian-packages.ts";
import { mailServers } from "../testing/mail-servers.ts";
import { startMongo } from "../testing/start-engines.ts";
import { coverageTable, createCoverage } from "./coverage.ts";
import { findSecrets } from "./find-secrets.ts";
import { findTestFiles } from "./find-test-files.ts";
import { inContainers } from "./in-containers.ts";
import { runSuite } from "./run-suite.ts";
import { suites as allSuites, sortIntoSuites } from "./suites.ts";

const say = (text: string) => void process.stdout.write(`${text}\n`);

async function installWhereAllowed(asked: boolean): Promise<void> {
  if (process.getuid?.() === 0 && (asked || process.env.CI === "true")) {
    await installMissingPackages(say);
  } else if (asked) say("--install needs root");
  const { skip } = await mailServers();
  if (skip) say(`suites with real mail servers will be skipped: ${skip}`);
}

const wordAfter = (args: readonly string[], flag: string) =>
  args.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1);

/**
 * `--only=TEXT`: scenarios with this text in their name; `--lanes=N`: so many at a time; `--times=N`: so many whole runs
 * in a row; `--stop`: nothing more begins once one has turned red.
 */
function faultEnvironment(args: readonly string[]): Record<string, string> {
  const [only, lanes] = [wordAfter(args, "--only"), wordAfter(args, "--lanes")];
  return {
    MAILFLEET_ALL_FAULTS: "true",
    ...(only && { MAILFLEET_FAULT_SCENARIO: only }),
    ...(lanes && { MAILFLEET_FAULT_LANES: lanes }),
    ...(args.includes("--stop") && { MAILFLEET_FAULT_STOP: "true" }),
  };
}

async function testRun(args: readonly string[]): Promise<boolean> {
  const allFaults = args.includes("--all-faults");
  const names = new Set(args.filter((word) => allSuites.some(({ name }) => name === word)));
  if (allFaults) names.add("faults");
  const patterns = args.filter((word) => !word.startsWith("--") && !names.has(word as never));
  const everything = names.size === 0 && patterns.length === 0;
  const times = Number(wordAfter(args, "--times") ?? 1);

  const { suites, strays } = sortIntoSuites(await findTestFiles());
  const wanted = suites
    .filter(({ suite }) => (names.size === 0 ? !suite.byHand : names.has(suite.name)))
    .map(({ suite, files, repeated }) => ({
      suite,
      // Who names a file wants it once.
      files: [...files, ...(patterns.length === 0 || names.has(suite.name) ? repeated : [])].filter(
        (file) => patterns.length === 0 || patterns.some((part) => file.includes(part)),
      ),
    }));

  const totals = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  if (everything && strays.length > 0) {
    totals.failed += strays.length;
    lines.push(
      `no suite takes ${strays.join(", ")}: the name must end in .unit, .int, .containers, .e2e or .cluster before .test.ts`,
    );
  }
  if (patterns.length > 0 && wanted.every(({ files }) => files.length === 0)) {
    totals.failed += 1;
    lines.push(`no test file matches ${patterns.join(", ")}`);
  }

  const coverage = everything || args.includes("--coverage") ? createCoverage() : undefined;
  const needsEngines = wanted.some(({ suite, files }) => suite.engines && files.length > 0);
  if (needsEngines) await buildPage();
  if (needsEngines) await installWhereAllowed(args.includes("--install"));
  const kept = join(LOCAL_FOLDER, "test-outcomes", `run-${process.pid}`);
  await mkdir(kept, { recursive: true, mode: 0o700 });
  const users = join(kept, "users");
  if (needsEngines) {
    await writeEngineUsers(users);
    process.env.MAILFLEET_TEST_USERS = users;
  }
  const mongo = needsEngines ? await startMongo({ own: true }) : undefined;
  if (names.has("faults")) await rm(join(LOCAL_FOLDER, "fault-logs"), { recursive: true, force: true });
  const [secretsFile, outputFile] = [join(kept, "secrets"), join(kept, "output")];
  const env = {
    MAILFLEET_TEST_SECRETS: secretsFile,
    MAILFLEET_TEST_OUTPUT: outputFile,
    ...(mongo && { MAILFLEET_TEST_USERS: users, MAILFLEET_TEST_MONGO: new URL(mongo.url).host }),
    ...(allFaults && faultEnvironment(args)),
  };
  try {
    for (const { suite, files } of wanted) {
      if (files.length === 0) {
        if (patterns.length > 0) continue;
        totals.failed += 1;
        lines.push(`${suite.name.padEnd(7)} found no test files`);
        continue;
      }
      const place = suite.containers ? await inContainers(say) : undefined;
      if (place?.missing) {
        totals.skipped += 1;
        lines.push(`${suite.name.padEnd(7)} 0 passed, 0 failed, 1 skipped`, `        skipped: ${place.missing}`);
        continue;
      }
      for (let run = 1; run <= times; run += 1) {
        const name = times > 1 ? `${suite.name}, run ${run} of ${times}` : suite.name.padEnd(7);
        say(`\n${name.trim()}: ${suite.what}, ${files.length} files`);
        const result = await runSuite(
          suite,
          files,
          { ...env, ...place?.env },
          say,
          suite.coverage ? coverage : undefined,
        );
        const { passed, failed, skipped, seconds, skipReasons } = result;
        totals.passed += passed;
        totals.failed += failed;
        totals.skipped += skipped;
        lines.push(
          `${name} ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds.toFixed(0)} s`,
          ...skipReasons.map((reason) => `        skipped: ${reason}`),
        );
        if (times > 1) say(`\n${lines.join("\n")}`);
        if (failed > 0 && args.includes("--stop")) break;
      }
      await place?.stop();
    }
    if (coverage)
      say(
        `\nlines that ran:\n${coverageTable(await coverage.sum())
          .map((line) => `  ${line}`)
          .join("\n")}`,
      );
    const { secrets, lines: looked, found } = await findSecrets(secretsFile, outputFile);
    lines.push(`secrets ${secrets} were used; ${looked} lines of output were looked through, ${found.length} hold one`);
    for (const { source, line } of found) lines.push(`        ${source}: ${line}`);
    totals.failed += found.length;
  } finally {
    await mongo?.stop();
    await rm(kept, { recursive: true, force: true });
  }
  say(`\n${lines.join("\n")}\n`);
  say(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals.failed === 0;
}

/** Breaks the code line by line in a clone and looks whether the fault suite notices; its exit code. */
async function prove(args: readonly string[]): Promise<number> {
  const program = await startGuarded(process.execPath, [join(CHECKOUT, "test/faults/prove.ts"), ...args], {
    cwd: CHECKOUT,
    keepsAlive: true,
    onLine: say,
  });
  return program.ended;
}

// What runs is guarded: it ends with this process.
endWithParent(async () => {}, 130);
try {
  const args = process.argv.slice(2);
  process.exitCode = args.includes("--prove") ? await prove(args) : (await testRun(args)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof EngineUnavailable ? error.message : error);
  process.exitCode = 1;
}
