import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import { posix } from "node:path";
import { describe, it } from "node:test";
import { adapters, allowedArrows, driverOwners, environmentReaders, ownTimers } from "./rules.ts";
import { packageOf, readWorkspaces, type SourceFile, type Workspace } from "./sources.ts";

const workspaces = readWorkspaces();
const product = workspaces.filter((workspace) => workspace.folder in allowedArrows);
const scope = "@mailfleet/";
const isBuiltin = (specifier: string) => specifier.startsWith("node:") || builtinModules.includes(specifier);
const isForeign = (specifier: string) => !specifier.startsWith(".") && !isBuiltin(specifier);

/** Every breach of a rule as one line, so that a failing test names all of them. */
function breaches(check: (file: SourceFile, workspace: Workspace) => string[], among = product): string[] {
  return among.flatMap((workspace) =>
    workspace.files.flatMap((file) => check(file, workspace).map((line) => `${file.path}: ${line}`)),
  );
}

describe("the layout of the repository", () => {
  it("has a rule for every package and service", () => {
    const unknown = workspaces.map((w) => w.folder).filter((folder) => !(folder in allowedArrows));
    assert.deepEqual(unknown, ["test", "bench"]);
  });

  it("lets arrows point one way only", () => {
    const wrong = breaches((file, workspace) =>
      file.isTest
        ? []
        : file.imports
            .filter((i) => i.specifier.startsWith(scope) && packageOf(i.specifier) !== workspace.name)
            .filter((i) => !allowedArrows[workspace.folder]?.includes(packageOf(i.specifier).slice(scope.length)))
            .map((i) => `may not import ${i.specifier}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("reaches other packages by name, never by path", () => {
    const wrong = breaches((file, workspace) => {
      const depth = file.path.slice(workspace.folder.length + 1).split("/").length - 1;
      return file.imports
        .filter((i) => i.specifier.startsWith("../".repeat(depth + 1)))
        .map((i) => `leaves its package by ${i.specifier}`);
    }, workspaces);
    assert.deepEqual(wrong, []);
  });

  it("has no circle of files, not even one of types", () => {
    const files = new Map(workspaces.flatMap((w) => w.files).map((file) => [file.path, file]));
    const importsOf = (path: string) =>
      (files.get(path)?.imports ?? [])
        .filter((i) => i.specifier.startsWith("."))
        .map((i) => posix.join(posix.dirname(path), i.specifier))
        .filter((target) => files.has(target));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, way: readonly string[]) => {
      const at = way.indexOf(path);
      if (at >= 0) circles.push([...way.slice(at), path].join(" → "));
      if (at >= 0 || done.has(path)) return;
      for (const target of importsOf(path)) visit(target, [...way, path]);
      done.add(path);
    };
    for (const path of files.keys()) visit(path, []);
    assert.deepEqual(circles, []);
  });

  it("constructs adapters in main.ts, or in the second door of the worker; what keeps a noun's collection knows the database", () => {
    const names = adapters.map((name) => scope + name);
    const keepsCollection = /\/(?:store|[a-z-]+-store|[a-z-]+-document)\.ts$/;
    const wrong = breaches((file, workspace) =>
      !/^(?:services\/|packages\/worker$)/.test(workspace.folder) ||
      file.isTest ||
      /\/main\.ts$|^packages\/worker\/src\/adapters\.ts$/.test(file.path)
        ? []
        : file.imports
            .filter((i) => names.includes(packageOf(i.specifier)) && !i.typeOnly)
            .filter((i) => !(keepsCollection.test(file.path) && packageOf(i.specifier) === `${scope}store`))
            .map((i) => `imports more than types of ${i.specifier}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("imports each driver in its own package only", () => {
    const wrong = breaches((file, workspace) =>
      file.isTest
        ? []
        : file.imports
            .filter((i) => !(driverOwners[packageOf(i.specifier)] ?? [workspace.folder]).includes(workspace.folder))
            .map((i) => `may not import the driver ${i.specifier}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("declares what it imports, and imports what it declares", () => {
    const undeclared = breaches((file, workspace) => {
      const declared = [workspace.name, ...workspace.dependencies, ...(file.isTest ? workspace.devDependencies : [])];
      return file.imports
        .filter((i) => isForeign(i.specifier) && !declared.includes(packageOf(i.specifier)))
        .map((i) => `imports ${i.specifier}, which its package.json does not declare`);
    }, workspaces);
    const unused = workspaces.flatMap((workspace) => {
      const used = new Set(workspace.files.flatMap((file) => file.imports.map((i) => packageOf(i.specifier))));
      const declared = [...workspace.dependencies, ...workspace.devDependencies];
      return declared
        .filter((name) => !used.has(name))
        .map((name) => `${workspace.folder}/package.json: declares ${name}, which nothing imports`);
    });
    assert.deepEqual([...undeclared, ...unused], []);
  });
});

describe("the core", () => {
  const core = workspaces.filter((w) => ["packages/contracts", "packages/mailbox"].includes(w.folder));

  it("does no I/O and knows no clock, environment or randomness", () => {
    const forbidden = /\b(Date\.now|new Date\(\)|Math\.random|process\.|setTimeout|setInterval|fetch\()/;
    const wrong = breaches((file) => {
      if (file.isTest || file.path.includes("/scripts/")) return [];
      const io = file.imports.filter((i) => isBuiltin(i.specifier)).map((i) => `imports ${i.specifier}`);
      const ambient = file.text.split("\n").filter((line) => !/^\s*(\/?\*|\/\/)/.test(line) && forbidden.test(line));
      return [...io, ...ambient.map((line) => `uses ${line.trim()}`)];
    }, core);
    assert.deepEqual(wrong, []);
  });
});

describe("the code", () => {
  const code = (file: SourceFile) =>
    file.text.split("\n").filter((line) => !file.isTest && !/^\s*(\/?\*|\/\/)/.test(line));

  it("spells out subjects in contracts only", () => {
    const subject =
      /["'`](mailbox\.event\.|run\.(inbound|outbound|act|\$\{)|send\.\$\{|timer\.(set|clear)\.[$*]|fact\.(mailbox|mail|run|alert)\.|dead\.\$\{)/;
    const wrong = breaches((file, workspace) =>
      workspace.folder === "packages/contracts" ? [] : code(file).filter((line) => subject.test(line)),
    );
    assert.deepEqual(wrong, []);
  });

  it("keeps time and swaps documents in the kit; a service that does it itself is listed with its reason", () => {
    const found = new Set<string>();
    const wrong = breaches((file, workspace) => {
      if (!workspace.folder.startsWith("services/") || file.isTest) return [];
      const lines = code(file);
      const timed = lines.some((line) => /\bset(?:Timeout|Interval)\(/.test(line));
      if (timed) found.add(file.path);
      const swaps =
        lines.some((line) => /\bfindOneAndUpdate\(/.test(line)) && !/\/(?:[a-z-]+-)?store\.ts$/.test(file.path);
      return [
        ...(timed && !(file.path in ownTimers) ? ["has a timer of its own"] : []),
        ...(swaps ? ["swaps a document outside its store"] : []),
      ];
    });
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      Object.keys(ownTimers).filter((path) => !found.has(path)),
      [],
      "listed without need",
    );
  });

  it("names a mailbox in one way in log lines, and so a send", () => {
    const logged =
      /\blog(?:ger)?\.(?:child|debug|info|warn|error)\(\s*\{[^}]*\b(?:mailboxId|sendId)\b(?!\s*[,}]?\s*=>)[^}]*\}/g;
    const wrong = breaches((file) =>
      file.isTest
        ? []
        : [...file.text.matchAll(logged)]
            .map(([call]) => call.replace(/\s+/g, " "))
            .filter((call) => /[{,] ?(?:mailboxId|sendId)\b/.test(call)),
    );
    assert.deepEqual(wrong, []);
  });

  it("reads the environment at its edges only", () => {
    const wrong = breaches((file) =>
      environmentReaders.some((allowed) => allowed.test(file.path))
        ? []
        : code(file).filter((line) => /\bprocess\.env\b/.test(line)),
    );
    assert.deepEqual(wrong, []);
  });

  it("has named doors: no wildcard and no default exports", () => {
    const wrong = breaches((file) => code(file).filter((line) => /^export (\*|default)/.test(line)), workspaces);
    assert.deepEqual(wrong, []);
  });

  it("refers to no paper that a reader does not have", () => {
    const outside = /\b(?:domain|design|house) ?§|[(](?:domain|design)\b.{0,4}\d|\bdesign, principle|\bprinciple \d/i;
    const wrong = workspaces.flatMap(({ files }) =>
      files.flatMap(({ path, text }) =>
        text.split("\n").flatMap((line, at) => (outside.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
      ),
    );
    assert.deepEqual(wrong, []);
  });

  it("keeps a README in every package and service", async () => {
    const { existsSync } = await import("node:fs");
    const { join } = await import("node:path");
    const { root } = await import("./sources.ts");
    const missing = product.map((w) => `${w.folder}/README.md`).filter((path) => !existsSync(join(root, path)));
    assert.deepEqual(missing, []);
  });
});
