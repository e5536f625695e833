/**
 * Nx plugin: gives each package with unit tests the target `unit`, so that no package.json has to repeat it.
 * `nx run-many -t unit` runs what changed; CI adds --skip-nx-cache. `npm test` does not need it.
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";

function holdsUnitTests(folder) {
  return readdirSync(folder, { withFileTypes: true }).some((entry) =>
    entry.isDirectory()
      ? entry.name !== "node_modules" && holdsUnitTests(join(folder, entry.name))
      : entry.name.endsWith(".unit.test.ts"),
  );
}

export const createNodesV2 = [
  "{packages,packages/connectors,services}/*/package.json",
  (files, _options, context) =>
    files
      .map((file) => ({ file, root: dirname(file) }))
      .filter(({ root }) => holdsUnitTests(join(context.workspaceRoot, root)))
      .map(({ file, root }) => {
        const command = `node packages/local/src/test-run/main.ts unit ${root}/`;
        return [file, { projects: { [root]: { root, targets: { unit: { command } } } } }];
      }),
];
