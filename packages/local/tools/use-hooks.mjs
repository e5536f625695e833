import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Points a checkout at the hooks of this repository (`.githooks`), once. Does nothing if the checkout has its own setting
 * (even an empty one), is not a git checkout, or runs in CI. Returns what it did, in words for people, or null.
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
    // 1: there is no such setting. Anything else: git is missing or cannot be used.
    if (error.status !== 1) return null;
  }
  try {
    git("core.hooksPath", ".githooks");
  } catch {
    return null;
  }
  return "git push runs npm run verify from now on (git config core.hooksPath; --no-verify skips it)";
}
