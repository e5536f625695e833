import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { docker } from "./docker-api.ts";

/** Another checkout may use it: images of today stay. */
const KEPT_MS = 24 * 3600_000;
const BUILT_WITHIN_MS = 120_000;

/** What an image is made of. */
export interface ImageContext {
  /** Its name without a tag. */
  readonly name: string;
  readonly folder: string;
  /** Files and folders below it that matter, with the Dockerfile. */
  readonly parts: readonly string[];
  readonly args?: Readonly<Record<string, string>>;
}

/** Name with a tag that says what is in the image: built only where it is not there yet. Throws with the engine's words. */
export async function ensureImage(host: string, { name, folder, parts, args = {} }: ImageContext): Promise<string> {
  const image = `localhost/${name}:${await digest(folder, parts, args)}`;
  const there = await docker(host, "GET", `/images/${image}/json`).then(
    () => true,
    () => false,
  );
  if (there) return image;
  const tar = spawn("tar", ["--create", "--directory", folder, ...parts], { stdio: ["ignore", "pipe", "inherit"] });
  const query = new URLSearchParams({ t: image, buildargs: JSON.stringify(args), rm: "1", forcerm: "1" });
  const said = await docker(host, "POST", `/build?${query}`, { body: tar.stdout, patienceMs: BUILT_WITHIN_MS });
  const error = /"error":("(?:[^"\\]|\\.)*")/.exec(said)?.[1];
  if (error) throw new Error(`${image} could not be built: ${JSON.parse(error)}`);
  await removeOld(host, name, image);
  return image;
}

/** Of what is in the files, whether they can be run, and the arguments. */
async function digest(folder: string, parts: readonly string[], args: object): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(args));
  for (const file of (await Promise.all(parts.map((part) => filesOf(join(folder, part))))).flat().sort()) {
    hash.update(`\0${relative(folder, file)}\0${(await stat(file)).mode & 0o111}\0`);
    await pipeline(createReadStream(file), async (chunks) => {
      for await (const chunk of chunks) hash.update(chunk);
    });
  }
  return hash.digest("hex").slice(0, 16);
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

/** Images of this name that nobody needs any more. One that is in use stays. */
async function removeOld(host: string, name: string, newest: string): Promise<void> {
  const images: { RepoTags: string[] | null; Created: number }[] = JSON.parse(
    await docker(host, "GET", "/images/json"),
  );
  const old = images
    .filter(({ Created }) => Created * 1000 < Date.now() - KEPT_MS)
    .flatMap(({ RepoTags }) => RepoTags ?? [])
    .filter((tag) => tag.startsWith(`localhost/${name}:`) && tag !== newest);
  for (const tag of old) await docker(host, "DELETE", `/images/${tag}`).catch(() => {});
}
