import { spawn } from "node:child_process";

/** Exit code of a peer's program, or `null` if it is not installed. */
export function run(command: string, arguments_: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(command, arguments_, { stdio: "ignore" });
    child.once("error", () => resolve(null));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
