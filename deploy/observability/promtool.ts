import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Outside the checkout, like the programs that look at the chart. */
const folder = join(homedir(), ".cache/mailfleet/promtool");
const program = join(folder, "promtool");

/** The program that checks and tests rules; `undefined` where it was not brought yet. */
export const promtool: string | undefined = existsSync(program) ? program : undefined;

/** Takes it out of Debian's package of Prometheus (19 MB): nothing is installed or started, and nobody has to be root. */
export function bringPromtool(say: (text: string) => void): void {
  if (!promtool) takeOut();
  say(`${program} is there.`);
}

function takeOut(): void {
  const unpacked = join(folder, "unpacked");
  mkdirSync(unpacked, { recursive: true });
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: unpacked, stdio: ["ignore", "ignore", "inherit"] });
  try {
    run("apt-get", "download", "prometheus");
    const archive = readdirSync(unpacked).find((name) => name.endsWith(".deb"));
    if (!archive) throw new Error("apt-get brought no package prometheus: run `apt-get update` first");
    run("dpkg", "-x", archive, ".");
    renameSync(join(unpacked, "usr/bin/promtool"), program);
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}
