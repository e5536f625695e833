/**
 * Completes package-lock.json after a change of dependencies.
 *
 * A registry that lacks the binaries of other platforms makes npm leave them out of the lock, and `npm ci` then
 * refuses it. This adds an entry for every optional dependency with an exact version that the lock does not hold.
 * Run from the root: node packages/local/tools/complete-lock.mjs
 */
import { readFileSync, writeFileSync } from "node:fs";

const file = "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));

/** Whether `name`, required by the package at `from`, is in the lock, looked up as Node does: nearest folder first. */
function isLocked(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (lock.packages[`${at ? `${at}/` : ""}node_modules/${name}`]) return true;
    if (!at) return false;
  }
}

/** The platform that a binary package is for, read from its name. */
function platformOf(name) {
  const os = /(darwin|linux|win32|freebsd|openbsd|netbsd|android|aix|sunos)/.exec(name)?.[1];
  const cpu = /(x64|arm64|ia32|arm|ppc64|s390x|riscv64)/.exec(name)?.[1];
  return { ...(cpu && { cpu: [cpu] }), ...(os && { os: [os] }), ...(name.includes("musl") && { libc: ["musl"] }) };
}

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!/^\d/.test(range) || isLocked(path, name)) continue;
    lock.packages[`node_modules/${name}`] = {
      version: range,
      ...(entry.dev && { dev: true }),
      optional: true,
      ...platformOf(name),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} entries added`);
