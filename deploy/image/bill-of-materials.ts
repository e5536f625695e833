import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./programs.ts";

/** A package from a registry, as the lock file has it. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** Its folder, from the root of the checkout. */
  readonly folder: string;
  readonly licence: string;
  /** `sha512-…`, as npm checked it; undefined where the lock file has none. */
  readonly integrity: string | undefined;
}

interface LockEntry {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
}

/** The packages that these files belong to, by name. Throws if one is not locked. */
export function packagesIn(files: readonly string[]): Package[] {
  const lock: { packages: Record<string, LockEntry> } = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  );
  const folders = new Set(files.flatMap((file) => folderOf(file) ?? []));
  return [...folders].toSorted().map((folder) => {
    const entry = lock.packages[folder];
    if (!entry) throw new Error(`${folder} is not in package-lock.json: run \`npm ci\``);
    const { version, license, integrity } = entry;
    const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
    return { name, version, folder, licence: license ?? "unknown", integrity };
  });
}

/** `packages/http/node_modules/undici/lib/x.js` → `packages/http/node_modules/undici` */
const folderOf = (file: string) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

/** A bill of materials in the form of CycloneDX 1.6: the program, Node, and each package whose code is in it. */
export function billOfMaterials(program: string, packages: readonly Package[]): object {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const node = process.versions.node;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: { type: "application", name: `mailfleet-${program}`, version, licenses: licence("Apache-2.0") },
    },
    components: [
      { type: "platform", name: "node", version: node, purl: `pkg:generic/node@${node}`, licenses: licence("MIT") },
      ...packages.map((one) => ({
        type: "library",
        name: one.name,
        version: one.version,
        purl: `pkg:npm/${one.name.replace("@", "%40")}@${one.version}`,
        licenses: licence(one.licence),
        ...(one.integrity ? { hashes: [{ alg: "SHA-512", content: hexOf(one.integrity) }] } : {}),
      })),
    ],
  };
}

/** SPDX has names for single licences, and expressions for a choice. */
const licence = (text: string) => [/[\s(/]/.test(text) ? { expression: text } : { license: { id: text } }];

const hexOf = (integrity: string) => Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");

/** The texts that the licences ask to be handed on; a text that several packages share is there once. */
export function licences(packages: readonly Package[]): string {
  const texts = new Map<string, { text: string; names: string[] }>();
  for (const { name, version, folder, licence } of packages) {
    const file = readdirSync(join(root, folder)).find((one) => /^(licen[cs]e|copying)/i.test(one));
    const text = file ? readFileSync(join(root, folder, file), "utf8").trim() : `Licence: ${licence}`;
    const key = createHash("sha256").update(text).digest("hex");
    const found = texts.get(key) ?? { text, names: [] };
    found.names.push(`${name} ${version}`);
    texts.set(key, found);
  }
  return [...texts.values()]
    .map(({ text, names }) => `${names.join(", ")}\n\n${text}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}
