/** `npm run verify`: format and lint, types, the page, nothing unused, unit tests; a line per step; exit code 1 if one fails. */
import { join } from "node:path";
import { pageCommand } from "./build-page.ts";
import { startGuarded } from "./engines/guarded-program.ts";
import { CHECKOUT } from "./engines/local-folder.ts";
import { endWithParent } from "./stack/end-with-parent.ts";

const steps: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: "format and lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "types", command: ["tsc", "--noEmit", "-p", "tsconfig.json"] },
  { name: "types of the page", command: ["tsc", "--noEmit", "-p", "packages/page/app/tsconfig.json"] },
  { name: "the page", command: pageCommand },
  { name: "unused code", command: ["knip", "--no-progress", "--no-config-hints"] },
  {
    name: "unit and architecture",
    command: [process.execPath, join(CHECKOUT, "packages/local/src/test-run/main.ts"), "unit"],
  },
];

async function verify(): Promise<boolean> {
  const lines: string[] = [];
  let fine = true;
  for (const { name, command } of steps) {
    const began = performance.now();
    const [program, ...args] = command;
    const step = await startGuarded(program, args, {
      cwd: CHECKOUT,
      keepsAlive: true,
      onLine: (line) => console.log(line),
    });
    const code = await step.ended;
    fine &&= code === 0;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    lines.push(`${code === 0 ? "ok   " : "FAIL "} ${name.padEnd(24)} ${seconds} s`);
  }
  console.log(`\n${lines.join("\n")}`);
  return fine;
}

endWithParent(async () => {}, 130); // the steps are guarded: they end with this process
process.exitCode = (await verify()) ? 0 : 1;
