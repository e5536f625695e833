import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterEach } from "node:test";

const engines = {
  MAILFLEET_NATS_URL: "nats://127.0.0.1:4222",
  MAILFLEET_MONGO_URL: "mongodb://user:hunter2@127.0.0.1:27017",
};
const children = new Set<ChildProcess>();

/** A running `tiny-service.ts`. */
export interface Tiny {
  readonly child: ChildProcess;
  /** Log lines so far. */
  log(): Record<string, unknown>[];
  text(): string;
  logged(message: RegExp): Promise<Record<string, unknown>>;
  exit(): Promise<{ code: number | null; signal: string | null }>;
}

/** Runs `tiny-service.ts` as a process, until the end of the test at the latest. */
export function spawnTiny(behaviour: string, more: Record<string, string> = {}): Tiny {
  const env = { ...engines, MAILFLEET_TINY_BEHAVIOUR: behaviour, MAILFLEET_HTTP_PORT: "0", ...more };
  const child = fork(new URL("./tiny-service.ts", import.meta.url), { env, silent: true });
  children.add(child);
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  // Not "close": it does not come after a disconnect from this side.
  const printed = new Promise((resolve) => child.stdout?.once("end", resolve));
  const gone = once(child, "exit").then(async ([code, signal]) => {
    await printed;
    return { code, signal };
  });
  const lines = () =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    child,
    log: lines,
    text: () => text,
    exit: () => gone,
    logged: async (message) => {
      for (;;) {
        const found = lines().find((line) => message.test(String(line.msg)));
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});
