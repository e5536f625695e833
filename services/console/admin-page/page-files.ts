import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** A file of the administrator's page with its packings, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/** All files by their names; `null`: the page is not built. */
export type PageFiles = ReadonlyMap<string, PageFile> | null;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Reads what `packages/page` built into this folder: some 200 kB. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const names = await readdir(folder).catch(() => [] as string[]);
  if (!names.includes("index.html")) return null;
  const files = names.filter((name) => extname(name) in types && !name.startsWith("."));
  const read = async (name: string): Promise<[string, PageFile]> => {
    const [plain, br, gzip] = await Promise.all(
      ["", ".br", ".gz"].map((packing) => readFile(join(folder, `${name}${packing}`))),
    );
    const etag = `"${createHash("sha256").update(plain!).digest("base64url").slice(0, 22)}"`;
    return [name, { type: types[extname(name)]!, etag, plain: plain!, br: br!, gzip: gzip! }];
  };
  return new Map(await Promise.all(files.map(read)));
}
