import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";
import type { ServiceName } from "@mailfleet/contracts";

const run = promisify(execFile);
const checkout = fileURLToPath(new URL("../../", import.meta.url));

/** A release beside the one of this checkout, in a folder of its own. */
export interface OtherRelease {
  /** The commit with its first line. */
  readonly name: string;
  /** Where a service begins. */
  script(service: ServiceName): string;
  /** Makes what it needs in NATS and MongoDB, as its own job does in a cluster. */
  applyTopology(env: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

/** What is below `node_modules`. What our own packages need of each other is not told: the links among them are the same. */
async function lockedIn(folder: string): Promise<readonly unknown[]> {
  const { packages } = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
  return Object.entries(packages).filter(([path]) => path.includes("node_modules/"));
}

/** Checks out a commit, with this checkout's packages where it has locked the same ones, else by `npm ci`. */
export async function checkOut(ref: string): Promise<OtherRelease> {
  const git = async (...words: string[]) => (await run("git", words, { cwd: checkout })).stdout.trim();
  const commit = await git("rev-parse", "--verify", `${ref}^{commit}`);
  const name = await git("log", "-1", "--format=%h %s", commit);
  const folder = join(checkout, ".local", `skew-${process.pid}`);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(join(checkout, ".local"), { recursive: true });
    await git("clone", "--quiet", "--shared", "--no-checkout", checkout, folder);
    await run("git", ["checkout", "--quiet", "--detach", commit], { cwd: folder });
    // Hard links: the links to our own packages among them must lead into the folder.
    if (isDeepStrictEqual(await lockedIn(folder), await lockedIn(checkout)))
      await run("cp", ["-al", join(checkout, "node_modules"), join(folder, "node_modules")]);
    else await run("npm", ["ci", "--loglevel=error", "--prefer-offline"], { cwd: folder });
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    name,
    remove,
    script: (service) => {
      const main = join(folder, "services", service, "main.ts");
      if (!existsSync(main)) throw new Error(`${name} has no ${main}`);
      return main;
    },
    applyTopology: async (env) => {
      const script = join(folder, "deploy/topology/main.ts");
      await run(process.execPath, [script, "apply"], { cwd: folder, env: { ...process.env, ...env } });
    },
  };
}
