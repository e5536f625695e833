import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Engines, InstanceOptions } from "./instance.ts";

/** An instance in a separate process. */
export interface OtherProcess {
  readonly process: ChildProcess;
  /** Resolves when the process is gone, however it ended. */
  readonly ended: Promise<unknown>;
  end(): Promise<void>;
}

/** Starts it and waits until it works. */
export async function startOtherProcess(engines: Engines, options: InstanceOptions): Promise<OtherProcess> {
  const child = fork(new URL("./run-instance.ts", import.meta.url), [JSON.stringify({ engines, options })], {
    stdio: "inherit",
  });
  const ended = once(child, "exit");
  await Promise.race([once(child, "message"), ended.then(() => Promise.reject(new Error("it did not start")))]);
  return {
    process: child,
    ended,
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}
