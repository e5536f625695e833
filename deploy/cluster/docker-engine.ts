import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually, startGuarded } from "@mailfleet/local/testing";
import type { ComposeTools } from "./compose-tools.ts";

const run = promisify(execFile);
const READY_WITHIN_MS = 60_000;
/** It gives each container that still runs ten seconds. */
const STOP_SECONDS = 60;

/** A Docker of this process. */
export interface DockerEngine {
  /** Environment in which `docker` and `docker compose` speak to it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts Docker's server with a storage of its own in this folder: images stay there from one run to the next. It changes
 * the network of whoever calls this.
 */
export async function startDocker(tools: ComposeTools, storage: string): Promise<DockerEngine> {
  // What was running when a machine stopped would be started again.
  for (const name of ["containers", "network"]) await rm(join(storage, name), { recursive: true, force: true });
  await mkdir(storage, { recursive: true });
  // Paths of sockets are short.
  const place = await mkdtemp(join(tmpdir(), "docker-"));
  const socket = `unix://${join(place, "docker.sock")}`;
  const env = { PATH: tools.searchPath, DOCKER_HOST: socket, DOCKER_CONFIG: tools.clientFolder };
  const places = { "--data-root": storage, "--exec-root": place, "--pidfile": join(place, "pid"), "--host": socket };
  const settings = ["--exec-opt", "native.cgroupdriver=cgroupfs", "--userland-proxy-path", tools.proxy];
  const server = await startGuarded("dockerd", [...Object.entries(places).flat(), ...settings, "--log-level", "warn"], {
    env,
    graceSeconds: STOP_SECONDS,
  });
  const stop = async () => {
    await server.stop();
    await rm(place, { recursive: true, force: true });
  };
  const answers = eventually(() => run("docker", ["info"], { env: { ...process.env, ...env } }), {
    timeoutMs: READY_WITHIN_MS,
  });
  const died = server.ended.then((code) => Promise.reject(new Error(`dockerd ended with ${code}`)));
  await Promise.race([answers, died]).catch(async (error: Error) => {
    await stop();
    throw new Error(`Docker does not start here: ${error.message}\n${server.lines.slice(-10).join("\n")}`);
  });
  died.catch(() => {});
  return { env, stop };
}
