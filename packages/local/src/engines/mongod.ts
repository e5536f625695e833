import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Launch } from "./engine.ts";
import { eventually } from "./eventually.ts";
import { type GuardedProgram, startGuarded } from "./guarded-program.ts";

/** How long a start or an election may take. */
export const MONGO_READY_WITHIN_MS = 60_000;

export interface MongodOptions {
  readonly executable: string;
  /** `data` below it holds the database. */
  readonly dataDir: string;
  /** 0: it chooses. */
  readonly port: number;
  /** Who is not signed in may do nothing. The file holds what the members of the set know each other by. */
  readonly keyFile?: string;
  /** It belongs to no replica set. */
  readonly standalone?: boolean;
  /** The folder goes when this process dies. */
  readonly temporary?: boolean;
  /** Where it runs: a process of this machine by default. */
  readonly launch?: Launch;
}

/** Starts one mongod, of the replica set `rs0` or alone, on a loopback port; resolves when it listens. Throws with what it said. */
export async function launchMongod(options: MongodOptions): Promise<{ server: GuardedProgram; port: number }> {
  const data = join(options.dataDir, "data");
  await mkdir(data, { recursive: true });
  // It wants a file of its own user's, and that may not be ours.
  const keyFile = join(options.dataDir, "member-key");
  if (options.keyFile) {
    await rm(keyFile, { force: true });
    await copyFile(options.keyFile, keyFile);
  }
  let chosen: number | undefined;
  const { launch = startGuarded } = options;
  const server = await launch(
    options.executable,
    ["--bind_ip", "127.0.0.1", "--port", String(options.port), "--dbpath", data].concat([
      ...(options.standalone ? [] : ["--replSet", "rs0", "--oplogSize", "200"]),
      "--wiredTigerCacheSizeGB",
      "0.25",
      "--nounixsocket",
      "--setParameter",
      "diagnosticDataCollectionEnabled=false",
      ...(options.keyFile ? ["--keyFile", keyFile] : []),
    ]),
    {
      ...(options.temporary && { removeWhenOrphaned: options.dataDir }),
      onLine: (line) => {
        chosen ??= Number(/"Waiting for connections".*"port":(\d+)/.exec(line)?.[1] ?? Number.NaN) || undefined;
      },
    },
  );
  let ended = false;
  void server.ended.then(() => {
    ended = true;
  });
  try {
    const port = await eventually(() => (ended ? "ended" : chosen), {
      timeoutMs: MONGO_READY_WITHIN_MS,
      everyMs: 10,
      what: "MongoDB",
    });
    if (port === "ended") throw new Error("mongod ended at once");
    return { server, port };
  } catch (error) {
    await server.stop();
    throw mongodFailure(server, error as Error);
  }
}

/** The error of a start with what mongod itself said. */
export function mongodFailure(server: GuardedProgram, error: Error): Error {
  const errors = server.lines.filter((line) => /"s":"[EF]"/.test(line));
  const shown = (errors.length > 0 ? errors : server.lines).slice(-5).join("\n");
  return new Error(`MongoDB did not start: ${error.message}\n${shown}`, { cause: error });
}
