import { join } from "node:path";
import { startGuarded } from "./engines/guarded-program.ts";
import { CHECKOUT } from "./engines/local-folder.ts";

/** The program that builds the administrator's page to where the console of this checkout finds it. */
export const pageCommand: readonly [string, ...string[]] = [
  process.execPath,
  join(CHECKOUT, "packages/page/src/main.ts"),
  join(CHECKOUT, "services/console/dist"),
];

/** Builds the administrator's page; half a second. Throws with what the build says. */
export async function buildPage(): Promise<void> {
  const [program, ...args] = pageCommand;
  const build = await startGuarded(program, args, { cwd: CHECKOUT, keepsAlive: true });
  if ((await build.ended) !== 0) throw new Error(`the administrator's page cannot be built: ${build.lines.join("\n")}`);
}
