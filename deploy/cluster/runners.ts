import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { promisify } from "node:util";
import type { Podman } from "@mailfleet/containers";
import { startGuarded } from "@mailfleet/local/testing";
import type { ContainerOrder } from "./pod-container.ts";

/** A container that runs. */
export interface Running {
  /** Resolves with its exit code. */
  readonly ended: Promise<number>;
  /** SIGTERM, after the grace SIGKILL. */
  stop(): Promise<void>;
}

/** Runs containers. */
export type Runner = (order: ContainerOrder, onLine: (line: string) => void) => Promise<Running>;

/** Containers by podman, in the network of the machine. They end with this process. */
export function podmanRunner({ command: [program, ...options], run }: Podman): Runner {
  return async (order, onLine) => {
    const flags = [
      ...["--name", order.name, "--network", "host", "--log-driver", "none", "--user", order.user],
      ...(order.readOnly ? ["--read-only", "--read-only-tmpfs=false"] : []),
      ...order.dropped.flatMap((one) => ["--cap-drop", one]),
      ...(order.mayGainRights ? [] : ["--security-opt", "no-new-privileges"]),
      ...(order.memory ? ["--memory", order.memory.replace("i", "").toLowerCase()] : []),
      ...Object.keys(order.env).flatMap((name) => ["--env", name]),
      ...order.mounts.flatMap(({ from, to, readOnly }) => ["--volume", `${from}:${to}${readOnly ? ":ro" : ""}`]),
    ];
    const container = await startGuarded(
      program,
      [...options, "run", "--rm", ...run, ...flags, order.image, ...order.args],
      { env: order.env, graceSeconds: order.graceSeconds, onLine },
    );
    // A podman that was killed leaves its container.
    const ended = container.ended.then(async (code) => {
      if (code === 137) await promisify(execFile)(program, [...options, "rm", "--force", "--ignore", order.name]);
      return code;
    });
    return {
      ended,
      stop: async () => {
        await container.stop();
        await ended;
      },
    };
  };
}

/** Nothing runs: what ends by itself has ended well, and the rest answers every probe. */
export const pretending: Runner = async ({ args, address }) => {
  if (args.length > 0) return { ended: Promise.resolve(0), stop: async () => {} };
  const server = createServer((_, answer) => answer.end()).listen(9464, address);
  await once(server, "listening");
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  return {
    ended,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      resolve(0);
    },
  };
};
