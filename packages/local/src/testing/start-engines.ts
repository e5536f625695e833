import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ContainerEngine, containerEngine } from "../containers/container-engine.ts";
import { startContainer } from "../containers/start-container.ts";
import type { Engine, EngineOptions } from "../engines/engine.ts";
import { type EngineProgram, MONGO_PROGRAM, NATS_PROGRAM } from "../engines/engine-programs.ts";
import { type NatsSignIn, placesOf } from "../engines/engine-users.ts";
import { findEngine } from "../engines/find-engine.ts";
import { type MongoCluster, startMongoCluster as startMongoSet } from "../engines/mongo-cluster.ts";
import { startMongoEngine } from "../engines/mongo-engine.ts";
import { dropDatabase, makeDatabaseUsers } from "../engines/mongo-users.ts";
import { launchMongod } from "../engines/mongod.ts";
import { type NatsCluster, startNatsCluster as startNodes } from "../engines/nats-cluster.ts";
import { type NatsEngine, startNatsEngine } from "../engines/nats-engine.ts";
import { testUsers } from "./test-users.ts";

/** A fresh folder below the system's temporary folder. `remove` deletes it with everything in it. */
export async function tempDir(prefix = "test"): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `mailfleet-${prefix}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Where the data are, and where the program runs: below `folder`, or in a fresh one; with
 * `MAILFLEET_TEST_ENGINES=containers` in a container. The clusters are always processes.
 */
async function placeOf(
  { command }: EngineProgram,
  { engine: given, folder }: { engine?: ContainerEngine; folder?: string },
): Promise<EngineOptions> {
  if (folder !== undefined) return { temporary: true, dataDir: join(folder, command) };
  const engine = given ?? (process.env.MAILFLEET_TEST_ENGINES === "containers" ? await containerEngine() : undefined);
  if (!engine) return { temporary: true, dataDir: (await tempDir(command)).path };
  const dataDir = await mkdtemp(join(engine.folder, `${command}-`));
  const image = engine.images[command]!;
  return {
    ...{ temporary: true, dataDir },
    launch: (_, args, options) => startContainer(engine, { image, args, folder: dataDir }, options),
  };
}

/**
 * A separate nats-server with JetStream and no data: stream names are fixed, so each test file needs one (40 ms). Each service
 * has its user there (`signIn`); `url` may do everything. With lines of its own it has the users that these name.
 */
export async function startNats(
  options: { configuration?: readonly string[]; folder?: string } = {},
): Promise<NatsEngine> {
  const { configuration } = options;
  const who = configuration ? { configuration } : { users: (await testUsers()).nats };
  return startNatsEngine({ ...(await placeOf(NATS_PROGRAM, options)), ...who });
}

/** A database for one test file. */
export interface TestMongo {
  /** Of the administrator. */
  readonly url: string;
  /** The address of a service's user, who may do what its service declares, in this database. */
  urlOf(user: string): string;
  /** Random and empty; dropped at `stop`. */
  readonly dbName: string;
  /** The server, if it belongs to this test alone: only then can it be killed and restarted. */
  readonly engine?: Engine;
  stop(): Promise<void>;
}

/**
 * A fresh database: on the server that the test run shares (`MAILFLEET_TEST_MONGO`) if there is one, because each
 * mongod costs 300 MB of disk; else, or with `own`, on a separate server (with `engine`, in a container there; with
 * `folder`, with its data there).
 */
export async function startMongo(
  options: { own?: boolean; engine?: ContainerEngine; folder?: string } = {},
): Promise<TestMongo> {
  const dbName = `test_${randomBytes(6).toString("hex")}`;
  const { mongo: users } = await testUsers();
  const host = process.env.MAILFLEET_TEST_MONGO;
  if (host && !options.own && !options.folder) {
    const shared = `mongodb://${host}/?replicaSet=rs0`;
    const url = users.administratorUrl(shared);
    await makeDatabaseUsers(url, users, dbName);
    return {
      url,
      urlOf: (user) => users.urlOf(user, shared, dbName),
      dbName,
      stop: () => dropDatabase(url, dbName),
    };
  }
  const engine = await startMongoEngine({ ...(await placeOf(MONGO_PROGRAM, options)), users });
  await engine.makeUsers(dbName);
  return { url: engine.url, urlOf: (user) => engine.urlOf(user, dbName), dbName, engine, stop: () => engine.stop() };
}

/** A mongod without a replica set, and without users: Mailfleet refuses it. */
export async function startStandaloneMongo(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { executable } = await findEngine(MONGO_PROGRAM);
  const { path, remove } = await tempDir("mongo-alone");
  const { server, port } = await launchMongod({
    executable,
    dataDir: path,
    port: 0,
    temporary: true,
    standalone: true,
  });
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    stop: async () => {
      await server.kill();
      await remove();
    },
  };
}

/** Where a process finds its engines that is this service. */
export function placesFor(
  service: string,
  nats: { signIn(user: string): NatsSignIn },
  mongo: Pick<TestMongo, "urlOf" | "dbName">,
): Record<string, string> {
  return placesOf(nats.signIn(service), mongo.urlOf(service), mongo.dbName);
}

/** Three mongods that are one replica set, with no data (5 s, 900 MB of disk). `makeUsers` makes those of a database. */
export async function startMongoCluster(): Promise<MongoCluster> {
  const { path } = await tempDir("mongo-set");
  return startMongoSet({ dataDir: path, temporary: true, users: (await testUsers()).mongo });
}

/** Three nats-servers that are one JetStream, with no data (a second). Each service has its user there (`signIn`). */
export async function startNatsCluster(): Promise<NatsCluster> {
  const { path } = await tempDir("nats-nodes");
  return startNodes({ dataDir: path, temporary: true, users: (await testUsers()).nats });
}
