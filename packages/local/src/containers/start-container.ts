import { chown, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { GuardedProgram, GuardedProgramOptions } from "../engines/guarded-program.ts";
import { keepOutput } from "../testing/kept-output.ts";
import type { ContainerEngine } from "./container-engine.ts";

/** Nobody's number: the user of all our images. */
const USER = 65532;
const LINES_KEPT = 200;
/** Exit code of what a SIGKILL ended. */
const KILLED = 137;
const START_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** How a container is started. */
export interface ContainerOrder {
  readonly image: string;
  readonly args?: readonly string[];
  /** Its only folder that can be written to, at the same path inside; from now on it belongs to the user of the image. */
  readonly folder: string;
  /** Resolves with the first line of output that matches; any line by default. */
  readonly ready?: RegExp;
}

/**
 * Starts a container by Testcontainers under the rules of our charts: the user of the image, no capability, nothing that
 * gives rights, a file system that cannot be written to. It has the network of this machine, because our tests and the mail
 * servers are on its loopback. Throws, and leaves nothing, if it does not start.
 */
export async function startContainer(
  engine: ContainerEngine,
  { image, args = [], folder, ready = /./ }: ContainerOrder,
  { env = {}, graceSeconds = 5, onLine }: Pick<GuardedProgramOptions, "env" | "graceSeconds" | "onLine"> = {},
): Promise<GuardedProgram> {
  process.env.DOCKER_HOST = engine.dockerHost;
  // Takes a third of a second: only who wants containers pays.
  const { GenericContainer, PullPolicy, Wait, getContainerRuntimeClient } = await import("testcontainers");
  const client = await getContainerRuntimeClient();
  let created: string | undefined;
  class Ruled extends GenericContainer {
    protected override async beforeContainerCreated(): Promise<void> {
      this.hostConfig.ReadonlyRootfs = true;
    }
    protected override async containerCreated(id: string): Promise<void> {
      created = id;
    }
  }
  await giveAway(folder);
  const lines: string[] = [];
  const isReady = Promise.withResolvers<void>();
  let rest = "";
  const container = await new Ruled(image)
    .withPullPolicy(PullPolicy.neverPull())
    .withAutoCleanup(false)
    .withLabels({ ...engine.labels })
    .withNetworkMode("host")
    .withDroppedCapabilities("ALL")
    .withSecurityOpt("no-new-privileges")
    .withBindMounts([{ source: folder, target: folder, mode: "rw" }])
    .withEnvironment({ ...env })
    .withCommand([...args])
    .withLogConsumer((stream) => {
      stream.on("data", (some) => {
        const [...whole] = `${rest}${some}`.split("\n");
        rest = whole.pop() ?? "";
        for (const line of whole) {
          keepOutput(image, line);
          lines.push(line);
          if (lines.length > LINES_KEPT) lines.shift();
          if (ready.test(line)) isReady.resolve();
          onLine?.(line);
        }
      });
    })
    .withWaitStrategy(Wait.forLogMessage(ready))
    .withStartupTimeout(START_WITHIN_MS)
    .start()
    .catch(async (error: Error) => {
      // It may be gone already.
      if (created)
        await client.container
          .getById(created)
          .remove({ force: true })
          .catch(() => {});
      const said = [error.message, ...lines.slice(-10)].join("\n");
      throw new Error(`a container of ${image} did not start: ${said}`, { cause: error });
    });
  // Testcontainers reads the output by itself, and may be ahead of us.
  await Promise.race([isReady.promise, delay(START_WITHIN_MS, undefined, { ref: false })]);
  const handle = client.container.getById(container.getId());
  const { Pid: pid } = (await handle.inspect()).State;

  /** Looked for, because an open question would keep this process alive. */
  const gone = async (): Promise<number> => {
    while (isThere(pid)) await delay(LOOK_EVERY_MS, undefined, { ref: false });
    for (;;) {
      // Somebody has removed it who ended it.
      const state = await handle.inspect().then(
        ({ State }) => State,
        () => undefined,
      );
      if (state?.Running) await delay(LOOK_EVERY_MS, undefined, { ref: false });
      else {
        await handle.remove({ force: true }).catch(() => {});
        return state?.ExitCode ?? KILLED;
      }
    }
  };
  const ended = gone();
  const untilGone = async () => {
    const alive = setInterval(() => {}, 1000);
    await ended.finally(() => clearInterval(alive));
  };
  // It may be over already.
  const kill = () => handle.kill({ signal: "SIGKILL" }).catch(() => {});
  return {
    pid,
    lines,
    ended,
    kill: async () => {
      await kill();
      await untilGone();
    },
    stop: async () => {
      await handle.kill({ signal: "SIGTERM" }).catch(() => {});
      const late = setTimeout(kill, graceSeconds * 1000);
      await untilGone().finally(() => clearTimeout(late));
    },
  };
}

function isThere(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function giveAway(folder: string): Promise<void> {
  await chown(folder, USER, USER);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    await chown(join(entry.parentPath, entry.name), USER, USER);
}
