import { execFile } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
 * Fills the folder with what an image needs besides the program: Node 24 as npm brought it, and the libraries of this
 * machine that it is linked with. There is no shell, no package manager and no npm. The authorities of the web are in
 * Node itself. Throws where Node or `ldd` is missing.
 */
export async function writeSystemFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const node = join(root, "node_modules", `node-linux-${process.arch}`, "bin/node");
  const { stdout } = await run("ldd", [node]);
  const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  for (const path of libraries) await copy(path, join(folder, path));
  await copy(node, join(folder, "node"));
  // Symbols of the compiler: a fifth of the file. Without binutils the image is only larger.
  await run("strip", [join(folder, "node")]).catch(() => {});
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
