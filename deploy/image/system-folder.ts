import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./programs.ts";

const run = promisify(execFile);

/** Nobody's, and no number that a distribution gives out. */
const user = 65532;

/** Files that the C library and Node look for. */
const files: Readonly<Record<string, string>> = {
  "etc/passwd": `mailfleet:x:${user}:${user}::/:/sbin/nologin\n`,
  "etc/group": `mailfleet:x:${user}:\n`,
  "etc/nsswitch.conf": "hosts: files dns\n",
};

/**
 * What resolves names by files and DNS: a C library before 2.34 has it in files of its own, which it opens when it needs
 * them. In a later one they are empty, or not there.
 */
const resolvers = ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2"];

/** The libraries that `ldd` names, and the resolvers that stand beside the C library. */
export function librariesOf(said: string, isThere: (path: string) => boolean): readonly string[] {
  const named = [...said.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  const beside = named
    .filter((path) => basename(path) === "libc.so.6")
    .flatMap((libc) => resolvers.map((name) => join(dirname(libc), name)));
  return [...new Set([...named, ...beside.filter(isThere)])];
}

/**
 * Fills the folder with what an image needs besides the program: Node 24 as npm brought it, and the libraries of this
 * machine that it is linked with or resolves names with. There is no shell, no package manager and no npm. The authorities of the web are in
 * Node itself. Throws where Node or `ldd` is missing.
 */
export async function writeSystemFolder(folder: string): Promise<void> {
  const node = join(root, "node_modules", `node-linux-${process.arch}`, "bin/node");
  await writeProgramFolder(folder, node, "node");
  // Symbols of the compiler: a fifth of the file. Without binutils the image is only larger.
  await run("strip", [join(folder, "node")]).catch(() => {});
}

/**
 * Fills the folder with this program, under this name, and the libraries of this machine that it is linked with or resolves
 * names with.
 */
export async function writeProgramFolder(folder: string, program: string, name: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  // One that is linked with nothing is told by an exit code.
  const { stdout } = await run("ldd", [program]).catch(() => ({ stdout: "" }));
  for (const path of librariesOf(stdout, existsSync)) await copy(path, join(folder, path));
  await copy(program, join(folder, name));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
