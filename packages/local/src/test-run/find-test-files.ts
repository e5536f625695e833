import { readdir } from "node:fs/promises";
import { CHECKOUT } from "../engines/local-folder.ts";

const FOLDERS = ["packages", "services", "deploy", "test", "bench"];

/** All test files of the repository, relative to the checkout, sorted. */
export async function findTestFiles(): Promise<string[]> {
  const files: string[] = [];
  const walk = async (folder: string) => {
    for (const entry of await readdir(`${CHECKOUT}${folder}`, { withFileTypes: true }).catch(() => [])) {
      if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (/\.test\.(ts|mts|js|mjs)$/.test(entry.name)) files.push(path);
    }
  };
  for (const folder of FOLDERS) await walk(folder);
  return files.sort();
}
