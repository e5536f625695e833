import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";
import { root } from "./sources.ts";

function markdownBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const documents = markdownBelow(root).map((path) => ({
  path,
  name: relative(root, path).replaceAll("\\", "/"),
  text: readFileSync(path, "utf8"),
}));

describe("the documents", () => {
  it("link to files that exist", () => {
    const broken = documents.flatMap(({ path, name, text }) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target.split("#")[0] ?? "")
        .filter((target) => target && !/^[a-z]+:/.test(target) && !existsSync(join(dirname(path), target)))
        .map((target) => `${name}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  it("name files of this repository that exist, apart from what commands make there", () => {
    const missing = documents
      .filter(({ name }) => name.startsWith("docs/") || !name.includes("/"))
      .flatMap(({ name, text }) =>
        [...text.matchAll(/`((?:packages|services|deploy|test|bench|docs)\/[\w./-]+)`/g)]
          .filter(([, path = ""]) => !path.split("/").includes(".local") && !existsSync(join(root, path)))
          .map(([, path]) => `${name}: ${path}`),
      );
    assert.deepEqual(missing, []);
  });

  it("refer to nothing that a reader does not have", () => {
    const outside = /\b(?:domain|design|house) ?§|[(](?:domain|design)\b.{0,4}\d|\bprinciple \d/i;
    const wrong = documents.filter(({ text }) => outside.test(text)).map(({ name }) => name);
    assert.deepEqual(wrong, []);
  });
});
