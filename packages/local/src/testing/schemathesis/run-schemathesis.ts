import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { pip, pythonEnvironment, pythonPackages, withoutPackages } from "../../engines/python-packages.ts";
import { tempDir } from "../start-engines.ts";

const run = promisify(execFile);
const here = (name: string) => new URL(name, import.meta.url);
const requirements = fileURLToPath(here("requirements.txt"));

const schemathesis = (): Promise<string> =>
  pythonPackages({
    name: "schemathesis",
    pinnedBy: [requirements],
    install: (folder) => pip("install", ["--target", folder, "-r", requirements]),
  });

/** Why schemathesis cannot be had here; `false` if it can. */
export async function withoutSchemathesis(): Promise<string | false> {
  const { stdout } = await run("python3", ["-c", "import sys; print(sys.version_info >= (3, 11))"]);
  if (stdout.trim() !== "True") return "schemathesis needs Python 3.11";
  return withoutPackages("schemathesis", schemathesis);
}

/** For the environment of services under trial: they find no host but this one, whatever name is made up. */
export const noNamesOutside = {
  NODE_OPTIONS: `--import ${pathToFileURL(fileURLToPath(here("names-of-this-machine.ts"))).href}`,
  MAILFLEET_HTTP_PROXY: "http://127.0.0.1:9",
};

/** An API that is tried, and how hard. */
export interface Trial {
  /** Of its OpenAPI document. */
  readonly url: string;
  readonly token: string;
  /** What exists, by the name of a parameter of paths: the calls are about that. */
  readonly known: Readonly<Record<string, string>>;
  /** The same of what may be deleted: nothing else is. */
  readonly spare: Readonly<Record<string, string>>;
  readonly phases: string;
  /** The short form: operations of this method only, and one method that a path does not know; absent: all. */
  readonly method?: "GET";
  /** Of each operation, in each phase that makes up its own. */
  readonly examples: number;
  /** The same seed makes the same calls. */
  readonly seed: number;
  /** After this time it ends with what it has; phases that make up calls go on until then. */
  readonly seconds: number;
}

/** For its start, and for the call under way when its time is over. */
const graceMs = 120_000;

/**
 * Calls every operation of an API with what its document allows and with what it forbids. `failures` is what
 * schemathesis found wrong, in its own words, and `cases` how often it called.
 * Throws if it could not run.
 */
export async function runSchemathesis(trial: Trial): Promise<{ cases: number; operations: number; failures: string }> {
  const home = await schemathesis();
  const { path: folder, remove } = await tempDir("schemathesis");
  try {
    const config = join(folder, "schemathesis.toml");
    await writeFile(config, configOf(trial), { mode: 0o600 });
    const only = trial.method ? ["--include-method", trial.method] : [];
    const args = ["-B", "-m", "schemathesis.cli", "--config-file", config, "--no-color", "run", ...only, trial.url];
    const { stdout, code } = await run("python3", args, {
      cwd: folder,
      timeout: trial.seconds * 1000 + graceMs,
      maxBuffer: 64 * 1024 * 1024,
      env: pythonEnvironment(folder, [home]),
    }).then(
      ({ stdout: text }) => ({ stdout: text, code: 0 }),
      (error: Error & { stdout?: string; stderr?: string; code?: unknown }) => {
        if (error.code !== 1) throw new Error(`schemathesis ended with ${error.code}: ${error.stderr} ${error.stdout}`);
        return { stdout: error.stdout ?? "", code: 1 };
      },
    );
    const count = (what: RegExp) => Number(what.exec(stdout)?.[1]?.replaceAll(",", "") ?? 0);
    return {
      cases: count(/([\d,]+) generated/),
      operations: count(/Tested: ([\d,]+)/),
      failures: code === 0 ? "" : withoutLimits(stdout.slice(stdout.search(/=+ (ERRORS|FAILURES) =+/))),
    };
  } finally {
    await remove();
  }
}

/** Who comes too often with a wrong token is turned away with 429, which lets nobody in either. */
function withoutLimits(text: string): string {
  const [, ...found] = text.split(/^(?=_{5,} .* _{5,}$)/m);
  const limit = /^- ST401[\s\S]*?got `429/m;
  const left = found.filter((one) => !limit.test(one) || (one.match(/^- ST/gm)?.length ?? 0) > 1);
  return /=+ ERRORS =+/.test(text) ? text : left.join("");
}

/** The token stands in a file that nobody else reads: arguments can be seen by others. */
function configOf({ token, known, spare, phases, method, examples, seed, seconds }: Trial): string {
  const text = (value: unknown) => JSON.stringify(value);
  const named = (ids: Trial["known"]) => Object.entries(ids).map(([name, id]) => `"path.${name}" = ${text(id)}`);
  const enabled = (phase: string) => `${phase}.enabled = ${phases.split(",").includes(phase)}`;
  return [
    `seed = ${seed}`,
    `max-time = ${seconds}`,
    "continue-on-failure = true",
    "workers = 2",
    "max-stream-events = 1",
    "warnings = false",
    'suppress-health-check = ["all"]',
    "[headers]",
    `Authorization = ${text(`Bearer ${token}`)}`,
    "[generation]",
    `max-examples = ${examples}`,
    "deterministic = true",
    "no-shrink = true",
    'database = "none"',
    "[phases]",
    ...["examples", "coverage", "fuzzing", "stateful"].map(enabled),
    // Of the methods that a path does not know one is enough: the same code refuses them all, and they are a seventh of the calls.
    ...(method ? ['coverage.unexpected-methods = ["trace"]'] : []),
    // What fits the document may still break a rule between two fields, or name what does not exist.
    "[checks]",
    "positive_data_acceptance.enabled = false",
    "[parameters]",
    ...named(known),
    "[[operations]]",
    'include-method = "DELETE"',
    "[operations.parameters]",
    ...named(spare),
  ].join("\n");
}
