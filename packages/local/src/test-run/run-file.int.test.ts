import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import { CHECKOUT, LOCAL_FOLDER } from "../engines/local-folder.ts";
import { runFile } from "./run-file.ts";

const folder = join(LOCAL_FOLDER, `run-file-${process.pid}`);
before(() => mkdir(folder, { recursive: true }));
after(() => rm(folder, { recursive: true, force: true }));

async function run(source: string, deadlineMs = 20_000) {
  const file = join(folder, "sample.mjs");
  await writeFile(file, `import { describe, test } from "node:test";\n${source}`);
  const { outcomes } = await runFile(relative(CHECKOUT, file), {}, deadlineMs);
  return outcomes.map(({ outcome, reason }) => `${outcome} ${reason?.split("\n")[0] ?? ""}`.trim());
}

test("passed, failed and skipped tests are told apart", async () => {
  assert.deepEqual(
    await run(`
      test("a", () => {});
      test("b", () => { throw new Error("no") });
      test("c", { skip: "why" }, () => {});
      describe("d", { skip: "no root" }, () => { test("e", () => {}) });`),
    ["passed", "failed Error: no", "skipped why", "skipped no root"],
  );
});

test("a file that crashes fails", async () => {
  const [outcome] = await run(`throw new Error("at import");`);
  assert.match(outcome ?? "", /^failed/);
});

test("a file without tests fails", async () => {
  assert.deepEqual(await run(""), ["failed holds no test"]);
});

test("a file that an open handle keeps alive fails at its deadline, with its passed tests counted", async () => {
  const outcomes = await run(`test("a", () => {}); setInterval(() => {}, 1000);`, 1500);
  assert.equal(outcomes[0], "passed");
  assert.match(outcomes[1] ?? "", /^failed did not end within/);
});

test("a test that is still under way when nothing is left to do fails", async () => {
  const outcomes = await run(`test("a", () => new Promise(() => {}));`, 2000);
  assert.equal(outcomes.length, 1);
  assert.match(outcomes[0] ?? "", /^failed/);
});

test("a long file says how it gets on, and its deadline begins anew with each word", async () => {
  const file = join(folder, "long.mjs");
  await writeFile(
    file,
    `import { test } from "node:test";
    for (const n of [1, 2, 3, 4])
      test(String(n), async () => {
        await new Promise((resolve) => setTimeout(resolve, 900));
        process.stdout.write("» " + n + " is done\\n");
      });`,
  );
  const shown: string[] = [];
  const { outcomes } = await runFile(relative(CHECKOUT, file), {}, 2500, undefined, (line) => shown.push(line));
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ["passed", "passed", "passed", "passed"],
  );
  assert.deepEqual(shown, ["1 is done", "2 is done", "3 is done", "4 is done"]);
});
