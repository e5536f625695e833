import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readWorkspaces, root } from "./sources.ts";

/** Licences that a commercial user can accept without asking: permissive ones only. */
const acceptable = new Set([
  "MIT",
  "MIT-0",
  "MIT/X11",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "Unlicense",
  "Python-2.0",
  "MIT OR Apache-2.0",
  "(MIT OR EUPL-1.1+)",
]);

/**
 * Packages with another or a loosely named licence; each was read: url-template is under the three-clause BSD licence;
 * axe-core is used by tests only, unchanged, and is in nothing that is delivered.
 */
const read: Readonly<Record<string, string>> = {
  "node_modules/url-template": "BSD",
  "node_modules/axe-core": "MPL-2.0",
};

interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly link?: boolean;
}
const lock: { packages: Record<string, LockEntry> } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
const locked = Object.entries(lock.packages).filter(([path, entry]) => path.includes("node_modules/") && !entry.link);

describe("dependencies", () => {
  it("are locked without download addresses", () => {
    assert.deepEqual(
      locked.filter(([, entry]) => entry.resolved?.includes("://")).map(([path]) => path),
      [],
    );
  });

  it("have licences that a commercial user can accept", () => {
    // Binaries of other platforms are locked by name only; their licence is that of the package that asks for them.
    const wrong = locked.filter(
      ([path, { license }]) => license !== undefined && !acceptable.has(license) && read[path] !== license,
    );
    assert.deepEqual(
      wrong.map(([path, entry]) => `${path}: ${entry.license}`),
      [],
    );
  });

  it("are pinned exactly", () => {
    const manifests = ["package.json", ...readWorkspaces().map((workspace) => `${workspace.folder}/package.json`)];
    const loose = manifests.flatMap((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path), "utf8"));
      const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
      return Object.entries(all)
        .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))
        .map(([name, version]) => `${path}: ${name} ${version}`);
    });
    assert.deepEqual(loose, []);
  });
});
