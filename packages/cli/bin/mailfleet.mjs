#!/usr/bin/env node
// Plain JavaScript for any Node: the command itself needs Node 24, which runs TypeScript. An older one starts the
// Node 24 that was installed with the repository, if there is one.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const needed = 24;

function installedNode() {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
    if (existsSync(candidate)) return candidate;
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

if (Number(process.versions.node.split(".")[0]) >= needed) {
  // Compiled once and kept: a second call needs half the time. Where the folder cannot be written, nothing is kept.
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  module.enableCompileCache(join(caches, "mailfleet", "compiled"));
  const { main } = await import("../src/main.ts");
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = installedNode();
  if (node === null) {
    process.stderr.write(
      `mailfleet needs Node ${needed} or later; this is ${process.version}. Run \`npm ci\` in the repository, which installs it, or install Node ${needed}.\n`,
    );
    process.exitCode = 1;
  } else {
    const { status, signal } = spawnSync(node, process.argv.slice(1), { stdio: "inherit" });
    process.exitCode = status ?? (signal ? 1 : 0);
  }
}
