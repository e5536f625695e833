import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../engines/eventually.ts";

/** Engines whose supervisor was killed need up to 5 s to end: a stack started right after it waits. */
const WAIT_MS = 12_000;

/**
 * Claims a data folder for this process. Resolves with the function that releases it. Throws if another stack uses it.
 */
export async function claimDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, "stack.pid");
  const other = await pidIn(file);
  if (other !== null && other !== process.pid && (await runsStack(other)))
    throw new Error(`Another stack (process ${other}) uses ${dataDir}: stop it first.`);
  const lock = join(dataDir, "mongo/data/mongod.lock");
  await eventually(
    async () => {
      const pid = await pidIn(lock);
      return pid === null || !(await commandOf(pid)).includes(dataDir);
    },
    { timeoutMs: WAIT_MS, everyMs: 100, what: `the end of the MongoDB that still uses ${dataDir}` },
  );
  await writeFile(file, String(process.pid));
  return async () => {
    if ((await pidIn(file)) === process.pid) await rm(file, { force: true });
  };
}

async function pidIn(file: string): Promise<number | null> {
  const pid = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
  return pid > 0 ? pid : null;
}

/** Command line of a process; empty if the process is gone or the system has no /proc. */
async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}

/** Process ids are reused, so only a Node process counts. */
async function runsStack(pid: number): Promise<boolean> {
  return (await commandOf(pid)).includes("node");
}
