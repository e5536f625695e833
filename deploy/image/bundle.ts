import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { buildPage } from "@mailfleet/page";
import { billOfMaterials, licences, packagesIn } from "./bill-of-materials.ts";
import { programs, root, threads } from "./programs.ts";

/** What one program became. */
export interface Bundle {
  /** With `main.js`, which starts it. */
  readonly folder: string;
  /** Code without maps, licences and bill of materials. */
  readonly bytes: number;
  /** Names and versions of the packages whose code is in it. */
  readonly packages: readonly string[];
}

/** What esbuild tells of a file that it wrote. */
interface Output {
  readonly bytes: number;
  readonly inputs: Readonly<Record<string, object>>;
  readonly imports: readonly { readonly path: string; readonly external?: boolean }[];
}
type Outputs = Readonly<Record<string, Output>>;

/** Code of CommonJS packages asks for Node's own modules by `require`, which a module does not have. */
const banner = 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);';

/** Sources name a thread's file as it is there; the new name is as long, so that source maps stay true. */
const threadUrl = /(new URL\("\.\/[\w-]+)\.ts(", import\.meta\.url\))/g;

/**
 * Writes each program into a folder of its own below `into`, which is emptied: `main.js`, its pieces and their source
 * maps. What a program loads lazily is a piece of its own. Beside them stand `bom.json` (CycloneDX) and `LICENCES.txt` of
 * the packages whose code is in it. Throws with what esbuild says.
 */
export async function bundle(names: readonly string[], into: string): Promise<Readonly<Record<string, Bundle>>> {
  const unknown = names.filter((name) => !(name in programs));
  if (unknown.length > 0)
    throw new Error(`there is no program ${unknown.join(", ")}; there are ${Object.keys(programs).join(", ")}`);
  const pieces = join(into, "pieces");
  await rm(into, { recursive: true, force: true });
  const outputs = await build(names, pieces);
  const bundles = await Promise.all(names.map((name) => gather(name, outputs, pieces, join(into, name))));
  await rm(pieces, { recursive: true });
  return Object.fromEntries(names.map((name, at) => [name, bundles[at]!]));
}

/** All programs in one run: what they share is compiled once. */
async function build(names: readonly string[], into: string): Promise<Outputs> {
  await mkdir(into, { recursive: true });
  const metafile = join(into, "meta.json");
  await promisify(execFile)(
    join(root, "node_modules/.bin/esbuild"),
    [
      ...names.map((name) => `${name}=${programs[name]?.main}`),
      ...threads.map((file) => `${basename(file, ".ts")}=${file}`),
      ...["--bundle", "--splitting", "--format=esm", "--platform=node", "--target=node24"],
      ...["--sourcemap", "--sources-content=false", "--legal-comments=none", "--log-level=warning"],
      ...[`--banner:js=${banner}`, `--outdir=${into}`, `--metafile=${metafile}`],
    ],
    { cwd: root },
  );
  const { outputs }: { outputs: Outputs } = JSON.parse(await readFile(metafile, "utf8"));
  return Object.fromEntries(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
}

/** Copies what the program can reach. */
async function gather(name: string, outputs: Outputs, from: string, folder: string): Promise<Bundle> {
  await mkdir(folder, { recursive: true });
  const files = new Set([`${name}.js`]);
  for (const file of files) {
    const text = (await readFile(join(from, file), "utf8")).replace(threadUrl, "$1.js$2");
    await writeFile(join(folder, file === `${name}.js` ? "main.js" : file), text);
    await copyFile(join(from, `${file}.map`), join(folder, `${file}.map`));
    for (const { path, external } of outputs[file]?.imports ?? []) if (!external) files.add(basename(path));
    for (const thread of threads.map((one) => `${basename(one, ".ts")}.js`))
      if (text.includes(thread)) files.add(thread);
  }
  // Where `services/console/main.ts` finds it: beside itself.
  const page = name === "console" ? await buildPage(join(folder, "dist")) : { inputs: [] };
  const packages = packagesIn([
    ...[...files].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {})),
    ...page.inputs,
  ]);
  await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
  await writeFile(join(folder, "bom.json"), `${JSON.stringify(billOfMaterials(name, packages), null, 2)}\n`);
  await writeFile(join(folder, "LICENCES.txt"), licences(packages));
  return {
    folder,
    bytes: [...files].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0),
    packages: packages.map(({ name, version }) => `${name}@${version}`),
  };
}
