import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bundle, bundle } from "./bundle.ts";
import { programs } from "./programs.ts";
import { writeSystemFolder } from "./system-folder.ts";

/** Writes what images of these programs are built from: the Dockerfile, `system/`, and `app/<program>/` of each. */
export async function writeContext(
  names: readonly string[],
  folder: string,
): Promise<Readonly<Record<string, Bundle>>> {
  const bundles = await bundle(names, join(folder, "app"));
  await writeSystemFolder(join(folder, "system"));
  await copyFile(join(import.meta.dirname, "Dockerfile"), join(folder, "Dockerfile"));
  return bundles;
}

/** What the Dockerfile is given for a program. */
export function buildArguments(name: string, version: string, revision: string): Record<string, string> {
  return { PROGRAM: name, TEXT: programs[name]?.text ?? "", VERSION: version, REVISION: revision };
}
