import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Points a checkout at the hooks that the repository brings (`.githooks`), once. It leaves a checkout alone that has a
 * setting of its own (an empty one too), that is no git checkout, or that runs in CI. Returns what it did, for people, or null.
 * Plain JavaScript: the bootstrap calls it before Node 24 is there.
 */
export function useHooks(root, env) {
  if (env.CI || !existsSync(join(root, ".git")) || !existsSync(join(root, ".githooks"))) return null;
  const git = (...args) =>
    execFileSync("git", ["-C", root, "config", ...args], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    git("--get", "core.hooksPath");
    return null;
  } catch (error) {
    // 1: there is no such setting. Anything else: no git here, or one that cannot be used.
    if (error.status !== 1) return null;
  }
  try {
    git("core.hooksPath", ".githooks");
  } catch {
    return null;
  }
  return "git push runs npm run verify from now on (git config core.hooksPath; --no-verify skips it)";
}
