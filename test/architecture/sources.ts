import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** One import of a source file. */
export interface ImportStatement {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** One TypeScript file with what it imports. */
export interface SourceFile {
  /** Path from the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly ImportStatement[];
  readonly isTest: boolean;
}

/** One workspace package or service. */
export interface Workspace {
  /** Folder from the root. */
  readonly folder: string;
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  readonly files: readonly SourceFile[];
}

const statement = /^\s*(import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/gm;
const dynamic = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

function importsOf(text: string): ImportStatement[] {
  const found: ImportStatement[] = [];
  for (const match of text.matchAll(statement)) {
    const names = /\{([^}]*)\}/.exec(match[0])?.[1];
    const allTypes = names?.split(",").every((name) => !name.trim() || name.trim().startsWith("type ")) ?? false;
    found.push({ specifier: match[3] ?? "", typeOnly: match[2] !== undefined || (names !== undefined && allTypes) });
  }
  for (const match of text.matchAll(dynamic)) found.push({ specifier: match[1] ?? "", typeOnly: false });
  return found;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

function workspaceAt(folder: string): Workspace {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  return {
    folder,
    name: manifest.name,
    dependencies: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
    files: filesBelow(join(root, folder)).map((file) => {
      const path = relative(root, file).replaceAll("\\", "/");
      const text = readFileSync(file, "utf8");
      const isTest = path.endsWith(".test.ts") || /(^|\/)(test|testing)\//.test(path);
      return { path, text, imports: importsOf(text), isTest };
    }),
  };
}

/** Every workspace of the checkout, found by its manifest. */
export function readWorkspaces(): Workspace[] {
  const folders = ["packages", "packages/connectors", "services"].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "connectors")
      .map((entry) => `${parent}/${entry.name}`),
  );
  return [
    ...folders,
    "deploy/cluster",
    "deploy/compose",
    "deploy/helm",
    "deploy/image",
    "deploy/topology",
    "test",
    "bench",
  ].map(workspaceAt);
}

/** `@scope/name/door` and `name/door` as the name of the package. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
