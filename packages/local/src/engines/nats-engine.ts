import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Engine, EngineOptions } from "./engine.ts";
import { NATS_PROGRAM } from "./engine-programs.ts";
import type { EngineUsers, NatsSignIn } from "./engine-users.ts";
import { eventually } from "./eventually.ts";
import { findEngine } from "./find-engine.ts";
import { isPortFree } from "./free-port.ts";
import { type GuardedProgram, startGuarded } from "./guarded-program.ts";

const READY_WITHIN_MS = 20_000;

export interface NatsOptions extends EngineOptions {
  /** Its name in a cluster; "mailfleet-local" by default. */
  readonly name?: string;
  /** Who may sign in. Without them everybody may do everything, unless `configuration` says otherwise. */
  readonly users?: EngineUsers["nats"];
  /** Lines added to its configuration: a cluster. */
  readonly configuration?: readonly string[];
}

/** It ended before it was ready: somebody else has a port that it was given, or its configuration is wrong. */
export class NatsEnded extends Error {}

/** A NATS server that we started. */
export interface NatsEngine extends Engine {
  /** How this user signs in, where there are users. `url` is of the one who may do everything. */
  signIn(user: string): NatsSignIn;
  /** Like every engine's; with lines, these replace the added ones of its configuration from now on. */
  restart(configuration?: readonly string[]): Promise<void>;
  /** These lines replace the added ones while it runs: SIGHUP. Clients that may no longer be there are put out. */
  reload(configuration: readonly string[]): Promise<void>;
}

/**
 * Starts nats-server with JetStream on a loopback port. The port is kept for as long as the data folder lives, if
 * nobody has taken it in the meantime. `sync_interval` is 1 s, as in production: what a crash of the machine loses is
 * published again from the store.
 */
export async function startNatsEngine(options: NatsOptions): Promise<NatsEngine> {
  const { executable, version } = await findEngine(NATS_PROGRAM, { say: options.say });
  const { dataDir, launch = startGuarded } = options;
  const portFolder = join(dataDir, "ports");
  const configuration = join(dataDir, "nats-server.conf");
  await mkdir(portFolder, { recursive: true });
  let port = await rememberedPort(dataDir);
  if (port !== undefined && !(await isPortFree(port))) port = undefined;
  const { users } = options;
  let added = options.configuration ?? users?.configuration ?? [];

  const configure = () =>
    writeFile(
      configuration,
      [
        `listen: "127.0.0.1:${port ?? -1}"`,
        `server_name: ${options.name ?? "mailfleet-local"}`,
        `ports_file_dir: ${JSON.stringify(portFolder)}`,
        `jetstream { store_dir: ${JSON.stringify(join(dataDir, "store"))}, sync_interval: 1s }`,
        // A client whose machine is gone has a share of the requests until its silence is noticed; the default is minutes.
        'ping_interval: "10s"',
        ...added,
        "",
      ].join("\n"),
      // It may hold passwords.
      { mode: 0o600 },
    );

  const start = async (): Promise<GuardedProgram> => {
    // A port file of the last run would be read as the answer of this one.
    for (const name of await readdir(portFolder)) await rm(join(portFolder, name), { force: true });
    await configure();
    const server = await launch(executable, ["-c", configuration], {
      ...(options.temporary && { removeWhenOrphaned: dataDir }),
    });
    let ended = false;
    void server.ended.then(() => {
      ended = true;
    });
    try {
      port = await eventually(
        async () => {
          if (ended) return "ended" as const;
          const ready = server.lines.some((line) => line.includes("Server is ready"));
          return ready ? await chosenPort(portFolder, port) : null;
        },
        { timeoutMs: READY_WITHIN_MS, everyMs: 5, what: "NATS" },
      ).then((answer) => {
        if (answer === "ended") throw new Error("nats-server ended at once");
        return answer;
      });
    } catch (error) {
      await server.stop();
      const text = `NATS did not start: ${(error as Error).message}\n${server.lines.slice(-10).join("\n")}`;
      throw ended ? new NatsEnded(text) : new Error(text);
    }
    await writeFile(join(dataDir, "port"), String(port));
    return server;
  };

  let server = await start();
  const address = `nats://127.0.0.1:${port}`;
  return {
    url: users?.observerUrl(address) ?? address,
    signIn: (user) => users?.signIn(user, address) ?? { url: address },
    version,
    get pid() {
      return server.pid;
    },
    get ended() {
      return server.ended;
    },
    kill: () => server.kill(),
    restart: async (configuration) => {
      added = configuration ?? added;
      await server.stop();
      server = await start();
    },
    reload: async (configuration) => {
      added = configuration;
      await configure();
      process.kill(server.pid, "SIGHUP");
    },
    stop: async () => {
      await server.stop();
      if (options.temporary) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** nats-server writes what it listens on as `{"nats":["nats://127.0.0.1:41233"]}`. */
async function chosenPort(folder: string, fixed: number | undefined): Promise<number | null> {
  if (fixed !== undefined) return fixed;
  for (const name of await readdir(folder)) {
    const port = /nats:\/\/[^"]*:(\d+)"/.exec(await readFile(join(folder, name), "utf8"))?.[1];
    if (port) return Number(port);
  }
  return null;
}

async function rememberedPort(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, "port"), "utf8").catch(() => "");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
