import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CHECKOUT } from "../engines/local-folder.ts";
import { codeLines, ranLines, type ScriptCoverage } from "./covered-lines.ts";

const measured = /^(packages|services)\/.*\.ts$/;
const apart = /\.d\.ts$|\.test\.ts$|(^|\/)(node_modules|test|testing|scripts)\/|^packages\/local\//;

/** Lines of one package or service: how many there are, and how many ran. */
export interface PackageCoverage {
  readonly name: string;
  readonly lines: number;
  readonly ran: number;
}

/** Sums up which lines ran, over any number of processes. */
export interface Coverage {
  /** Adds what the processes of a test file left in `folder` (`NODE_V8_COVERAGE`), and removes the folder. */
  add(folder: string): Promise<void>;
  /** One entry per package and service, sorted by name. Files that no test loaded count with no line run. */
  sum(): Promise<PackageCoverage[]>;
}

/** `packages/connectors/imap/src/x.ts` belongs to `packages/connectors/imap`. */
const packageOf = (path: string) => /^(packages\/connectors|packages|services)\/[^/]+/.exec(path)?.[0] ?? path;

async function sourceFiles(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["packages", "services"])
    for await (const path of await readdir(join(CHECKOUT, folder), { recursive: true }))
      if (measured.test(`${folder}/${path}`) && !apart.test(`${folder}/${path}`)) found.push(`${folder}/${path}`);
  return found;
}

export function createCoverage(): Coverage {
  const files = new Map<string, { lines: ReturnType<typeof codeLines>; ran: boolean[] }>();
  const fileOf = async (path: string) => {
    const known = files.get(path);
    if (known) return known;
    const lines = codeLines(await readFile(join(CHECKOUT, path), "utf8"));
    const file = { lines, ran: lines.map(() => false) };
    files.set(path, file);
    return file;
  };
  return {
    add: async (folder) => {
      for (const name of await readdir(folder).catch(() => [])) {
        const { result }: { result: ScriptCoverage[] } = JSON.parse(await readFile(join(folder, name), "utf8"));
        for (const script of result) {
          if (!script.url.startsWith("file://")) continue;
          const path = fileURLToPath(script.url).slice(CHECKOUT.length);
          if (!measured.test(path) || apart.test(path)) continue;
          const file = await fileOf(path);
          ranLines(file.lines, script).forEach((ran, at) => {
            file.ran[at] ||= ran;
          });
        }
      }
      await rm(folder, { recursive: true, force: true });
    },
    sum: async () => {
      const packages = new Map<string, { lines: number; ran: number }>();
      for (const path of await sourceFiles()) {
        const file = await fileOf(path);
        const sum = packages.get(packageOf(path)) ?? { lines: 0, ran: 0 };
        sum.lines += file.lines.length;
        sum.ran += file.ran.filter(Boolean).length;
        packages.set(packageOf(path), sum);
      }
      return [...packages].map(([name, sum]) => ({ name, ...sum })).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

/** The sums as lines of a table, with the total below. */
export function coverageTable(packages: readonly PackageCoverage[]): string[] {
  const total = {
    name: "together",
    lines: packages.reduce((sum, { lines }) => sum + lines, 0),
    ran: packages.reduce((sum, { ran }) => sum + ran, 0),
  };
  return [...packages, total].map(({ name, lines, ran }) => {
    const percent = lines === 0 ? "-" : `${((100 * ran) / lines).toFixed(1)} %`;
    return `${name.padEnd(28)} ${percent.padStart(8)}  ${ran} of ${lines} lines`;
  });
}
