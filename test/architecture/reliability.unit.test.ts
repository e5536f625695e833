import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./sources.ts";

const page = readFileSync(join(root, "docs/reliability.md"), "utf8");
const rows = [...page.matchAll(/^\| ([a-z][^|]*?) +\| [^|]*\| (\d+) +\| ([^|]*)\|$/gm)].map(
  ([, kind = "", cases, files = ""]) => ({
    kind,
    cases: Number(cases),
    files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file),
  }),
);

/** All entries of the tables that a file exports. */
async function casesIn(file: string): Promise<number> {
  const exported: Record<string, unknown> = await import(pathToFileURL(join(root, file)).href);
  return Object.values(exported).reduce<number>((sum, each) => sum + (Array.isArray(each) ? each.length : 0), 0);
}

describe("the page of reliability", () => {
  it("has each kind once", () => {
    assert.equal(rows.length, 15);
    assert.equal(new Set(rows.map(({ kind }) => kind)).size, rows.length);
  });

  for (const { kind, cases, files } of rows)
    it(`counts the cases of ${kind}`, async () => {
      const counts = await Promise.all(files.map(casesIn));
      assert.equal(
        counts.reduce((sum, each) => sum + each, 0),
        cases,
      );
    });

  it("names every table of cases", () => {
    const tables = ["packages", "services", "test"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
        .filter((path) => path.endsWith(".cases.ts") && !path.includes("node_modules/")),
    );
    const listed = rows.flatMap(({ files }) => files);
    assert.deepEqual(
      tables.filter((path) => !listed.includes(path)),
      [],
    );
  });
});
