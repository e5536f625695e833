import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MongoServerError } from "mongodb";
import type { Engine, EngineOptions } from "./engine.ts";
import { MONGO_PROGRAM } from "./engine-programs.ts";
import type { MongoUsers } from "./engine-users.ts";
import { eventually } from "./eventually.ts";
import { findEngine } from "./find-engine.ts";
import { isPortFree } from "./free-port.ts";
import type { GuardedProgram } from "./guarded-program.ts";
import { connectMember, makeAdministrator, makeDatabaseUsers } from "./mongo-users.ts";
import { launchMongod, MONGO_READY_WITHIN_MS, mongodFailure } from "./mongod.ts";

/** Who is not signed in, because there is no user yet, is not told that the set is not initialized. */
const NOT_YET_INITIALIZED: ReadonlySet<unknown> = new Set([94, 13]);
const ALREADY_INITIALIZED = 23;

export interface MongoOptions extends EngineOptions {
  /** Who may sign in. Without them everybody may do everything. */
  readonly users?: MongoUsers;
}

/** A MongoDB that we started. */
export interface MongoEngine extends Engine {
  /** The address with a user of this database in it, where there are users. `url` is the administrator's. */
  urlOf(user: string, database: string): string;
  /** Makes the users of a database, or brings them up to date. */
  makeUsers(database: string): Promise<void>;
}

/**
 * Starts mongod as a replica set of one member on a loopback port and waits for a writable primary. The port is kept
 * for as long as the data folder lives; if somebody has taken it, the set is told its new one.
 */
export async function startMongoEngine(options: MongoOptions): Promise<MongoEngine> {
  const { executable, version } = await findEngine(MONGO_PROGRAM, { say: options.say });
  const { dataDir, users, launch } = options;
  await mkdir(dataDir, { recursive: true });
  const remembered = Number(await readFile(join(dataDir, "port"), "utf8").catch(() => "0"));
  let port = remembered > 0 && (await isPortFree(remembered)) ? remembered : 0;

  const start = async (): Promise<GuardedProgram> => {
    const launched = await launchMongod({
      ...{ executable, dataDir, port, temporary: options.temporary === true },
      ...(users && { keyFile: users.keyFile }),
      ...(launch && { launch }),
    });
    const { server } = launched;
    port = launched.port;
    try {
      await becomePrimary(port, users);
      if (users) await makeAdministrator(`127.0.0.1:${port}`, users);
    } catch (error) {
      await server.stop();
      throw mongodFailure(server, error as Error);
    }
    await writeFile(join(dataDir, "port"), String(port));
    return server;
  };

  let server = await start();
  const address = `mongodb://127.0.0.1:${port}/?replicaSet=rs0`;
  const url = users?.administratorUrl(address) ?? address;
  return {
    url,
    urlOf: (user, database) => users?.urlOf(user, address, database) ?? address,
    makeUsers: async (database) => void (users && (await makeDatabaseUsers(url, users, database))),
    version,
    get pid() {
      return server.pid;
    },
    get ended() {
      return server.ended;
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await start();
    },
    stop: async () => {
      // Throw-away data need no orderly shutdown.
      await (options.temporary ? server.kill() : server.stop());
      if (options.temporary) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Initiates the set, or moves its only member to the port it listens on now, and waits until writes are accepted. */
async function becomePrimary(port: number, users: MongoUsers | undefined): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const client = await connectMember(host, users);
  try {
    const admin = client.db("admin");
    const configuration = await admin.command({ replSetGetConfig: 1 }).catch((error: unknown) => {
      if (error instanceof MongoServerError && NOT_YET_INITIALIZED.has(error.code)) return null;
      throw error;
    });
    if (!configuration) {
      await admin.command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } }).catch((error: unknown) => {
        // A set that is started again had not read its configuration yet. It has kept its port.
        if (!(error instanceof MongoServerError && error.code === ALREADY_INITIALIZED)) throw error;
      });
    } else if (configuration.config.members[0].host !== host) {
      const config = { ...configuration.config, members: [{ ...configuration.config.members[0], host }] };
      config.version += 1;
      await admin.command({ replSetReconfig: config, force: true });
    }
    await eventually(async () => (await admin.command({ hello: 1 })).isWritablePrimary === true, {
      timeoutMs: MONGO_READY_WITHIN_MS,
      what: "a writable primary",
    });
  } finally {
    await client.close();
  }
}
