import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A module of our own in this folder, for programs of others: what it requires, and its files. Answers with the folder. */
export function goModule(folder: string, requirements: string, files: Readonly<Record<string, string>>): string {
  const all = { "go.mod": `module mailfleet/${basename(folder)}\n\ngo 1.26.0\n\n${requirements}`, ...files };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  go(folder, "mod", "tidy");
  return folder;
}

/** Builds a package of the module into this file, with these flags of the linker. A build that was ended half-way leaves no program. */
export function build(module: string, path: string, to: string, flags: readonly string[] = []): void {
  go(module, "build", "-trimpath", "-ldflags", ["-s", "-w", ...flags].join(" "), "-o", `${to}.new`, path);
  renameSync(`${to}.new`, to);
}

/** Runs Go and answers with what it says. One package at a time: the machine is for other things, too. */
export function go(cwd: string, ...args: readonly string[]): string {
  const all = ["CGO_ENABLED=0", "GOFLAGS=-p=1", "go", ...args];
  return execFileSync("env", all, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
