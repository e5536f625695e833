import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Podman, podmanConfiguration } from "@mailfleet/containers";
import { startGuarded } from "@mailfleet/local/testing";
import { stringify } from "yaml";
import type { KubernetesObject } from "./kubernetes-api.ts";

const run = promisify(execFile);
/** The grace of our Pods, and some more for the machine. */
const REMOVED_WITHIN_SECONDS = 60;

/** A container that was played. */
export interface PlayedContainer {
  readonly name: string;
  readonly pid: number;
  readonly restarts: number;
  /** `undefined` while it runs. */
  readonly exitCode: number | undefined;
}

/** Objects of Kubernetes as containers, by `podman kube play`. */
export interface PodmanPlayer {
  play(objects: readonly KubernetesObject[]): Promise<void>;
  /** The container as it is now. */
  look(container: string): Promise<PlayedContainer>;
  /** The last lines that it wrote. */
  linesOf(container: string): Promise<string>;
  /** SIGTERM to all Pods, after the grace SIGKILL; they stay to be looked at. */
  stopPods(graceSeconds: number): Promise<void>;
  /** Removes all Pods. */
  remove(): Promise<void>;
}

/** Everything that it plays goes with this process; what a machine that stopped has left goes at the start. */
export async function startPlayer({ command }: Podman, folder: string): Promise<PodmanPlayer> {
  const configuration = join(folder, "containers.conf");
  await writeFile(configuration, podmanConfiguration(join(folder, "networks")));
  const words = ["env", `CONTAINERS_CONF=${configuration}`, ...command];
  const ask = async (...args: readonly string[]) => {
    const [program, ...options] = [...words, ...args] as [string, ...string[]];
    const { stdout } = await run(program, options, { maxBuffer: 1e8 });
    return stdout;
  };
  await ask("pod", "rm", "--force", "--all");
  const removeAll = [...words, "pod", "rm", "--force", "--all"].map((word) => `'${word}'`).join(" ");
  // Nobody reads what it says when this process has gone.
  const waits = `sleep 86400 & trap "kill $!; exec ${removeAll} >/dev/null 2>&1" TERM; wait`;
  const keeper = await startGuarded("/bin/sh", ["-c", waits], { graceSeconds: REMOVED_WITHIN_SECONDS });
  let plays = 0;
  return {
    play: async (objects) => {
      const file = join(folder, `play-${++plays}.yaml`);
      await writeFile(file, objects.map((object) => `---\n${stringify(object)}`).join(""), { mode: 0o600 });
      await ask("kube", "play", "--quiet", file);
    },
    look: async (container) => {
      const [{ State: state, RestartCount: restarts }] = JSON.parse(await ask("container", "inspect", container));
      return {
        name: container,
        pid: state.Pid,
        restarts,
        exitCode: ["exited", "stopped"].includes(state.Status) ? state.ExitCode : undefined,
      };
    },
    linesOf: (container) => ask("logs", "--tail", "10", container),
    stopPods: async (graceSeconds) => {
      await ask("pod", "stop", "--time", String(graceSeconds), "--all");
    },
    remove: () => keeper.stop(),
  };
}
