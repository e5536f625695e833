import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const app = fileURLToPath(new URL("../app/", import.meta.url));
const root = join(app, "../../..");

/** What a build made. */
export interface BuiltPage {
  /** Each file of the page; `packedBytes` as the smaller packing sends it. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly packedBytes: number }[];
  /** Sources that went into it, from the root of the checkout. */
  readonly inputs: readonly string[];
}

/** What esbuild tells of the files that it wrote. */
interface Meta {
  readonly inputs: Readonly<Record<string, object>>;
  readonly outputs: Readonly<Record<string, { readonly entryPoint?: string; readonly cssBundle?: string }>>;
}

/**
 * Builds the page into a folder: `index.html`, and scripts, style sheet and pictures whose names hold a hash of their
 * content. Beside each stands its brotli (`.br`) and, for clients over plain HTTP, its gzip (`.gz`). Several builds of the same folder at once do no harm, and
 * what an earlier one left is removed. Throws with what esbuild says.
 */
export async function buildPage(folder: string): Promise<BuiltPage> {
  const made = await mkdtemp(join(tmpdir(), "mailfleet-page-"));
  try {
    const meta = await compile(made);
    await writeFile(join(made, "index.html"), await indexHtml(meta));
    const names = (await readdir(made)).filter((name) => name !== "meta.json");
    await mkdir(folder, { recursive: true });
    // The page that names the others comes last: who is asked meanwhile has all that it names.
    const ordered = names.toSorted((a, b) => Number(a === "index.html") - Number(b === "index.html"));
    const files = [];
    for (const name of ordered) files.push(await deliver(name, await readFile(join(made, name)), folder));
    const known = new Set(names.flatMap((name) => [name, `${name}.br`, `${name}.gz`]));
    for (const name of await readdir(folder)) if (!known.has(name)) await rm(join(folder, name), { force: true });
    return { files, inputs: Object.keys(meta.inputs) };
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

async function compile(into: string): Promise<Meta> {
  const metafile = join(into, "meta.json");
  await promisify(execFile)(
    join(root, "node_modules/.bin/esbuild"),
    [
      ...[join(app, "main.tsx"), "--bundle", "--splitting", "--format=esm", "--platform=browser", "--target=es2022"],
      ...["--jsx=automatic", "--jsx-import-source=preact", "--minify", "--legal-comments=none", "--log-level=warning"],
      ...["--entry-names=[name]-[hash]", "--chunk-names=[name]-[hash]", "--asset-names=[name]-[hash]"],
      ...["--loader:.svg=file", "--public-path=/admin", `--outdir=${into}`, `--metafile=${metafile}`],
    ],
    { cwd: root },
  );
  return JSON.parse(await readFile(metafile, "utf8"));
}

async function indexHtml({ outputs }: Meta): Promise<string> {
  const [script, { cssBundle = "" } = {}] =
    Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith("app/main.tsx")) ?? [];
  const icon = Object.keys(outputs).find((name) => name.endsWith(".svg"));
  const template = await readFile(join(app, "index.html"), "utf8");
  const names: Readonly<Record<string, string | undefined>> = { script, style: cssBundle, icon };
  return template.replace(/\{(script|style|icon)\}/g, (_, name: string) => `/admin/${basename(names[name] ?? "")}`);
}

async function deliver(name: string, content: Buffer, folder: string): Promise<BuiltPage["files"][number]> {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, quality),
    promisify(gzip)(content, { level: 9 }),
  ]);
  const all = { [`${name}.br`]: br, [`${name}.gz`]: gz, [name]: content };
  for (const [file, bytes] of Object.entries(all)) {
    const part = join(dirname(join(folder, file)), `.${process.pid}-${file}${extname(file)}`);
    await writeFile(part, bytes);
    await rename(part, join(folder, file));
  }
  return { name, bytes: content.length, packedBytes: br.length };
}
