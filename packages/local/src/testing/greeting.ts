import { connect } from "node:net";
import { eventually } from "../engines/eventually.ts";
import type { GuardedProgram } from "../engines/guarded-program.ts";

/** Resolves when the program greets with `start` on this port; throws at once if it ends, and after 20 s. */
export async function untilGreeted(program: GuardedProgram, port: number, start: string): Promise<void> {
  let code: number | undefined;
  void program.ended.then((ended) => {
    code = ended;
  });
  await eventually(async () => code !== undefined || (await greetingOf(port, start)), {
    timeoutMs: 20_000,
    what: `its greeting on port ${port}`,
  });
  if (code !== undefined) throw new Error(`it ended with code ${code}`);
}

/** True once a server on this loopback port greets with `start`; false if it does not within a second. */
async function greetingOf(port: number, start: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
    socket.once("data", (data) => end(data.toString().startsWith(start)));
  });
}
