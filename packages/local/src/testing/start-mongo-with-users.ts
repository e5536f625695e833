import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { MONGO_PROGRAM } from "../engines/engine-programs.ts";
import { eventually } from "../engines/eventually.ts";
import { findEngine } from "../engines/find-engine.ts";
import { launchMongod } from "../engines/mongod.ts";
import { tempDir } from "./start-engines.ts";

/** A MongoDB at which nobody may do anything without signing in. */
export interface MongoWithUsers {
  /** The address with a user in it. */
  urlOf(user: string, password: string): string;
  /** Signed in as the one who may do everything. */
  readonly administrator: MongoClient;
  stop(): Promise<void>;
}

/** A separate replica set of one member, with no data and one user. */
export async function startMongoWithUsers(): Promise<MongoWithUsers> {
  const { executable } = await findEngine(MONGO_PROGRAM, { say: () => {} });
  const { path } = await tempDir("mongo-users");
  const keyFile = join(path, "key");
  await writeFile(keyFile, randomBytes(96).toString("base64"), { mode: 0o400 });
  const { server, port } = await launchMongod({ executable, dataDir: path, port: 0, temporary: true, keyFile });
  const stop = async () => {
    await server.kill();
    await rm(path, { recursive: true, force: true });
  };
  const host = `127.0.0.1:${port}`;
  const password = randomBytes(12).toString("hex");
  const urlOf = (user: string, secret: string) =>
    `mongodb://${user}:${secret}@${host}/?replicaSet=rs0&authSource=admin`;
  try {
    // Before there is a user, whoever comes from the machine itself may make the first.
    const first = new MongoClient(`mongodb://${host}/?directConnection=true`);
    const admin = first.db("admin");
    await admin.command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } });
    await eventually(async () => (await admin.command({ hello: 1 })).isWritablePrimary === true, {
      timeoutMs: 60_000,
      what: "a writable primary",
    });
    await admin.command({ createUser: "administrator", pwd: password, roles: ["root"] });
    await first.close();
    const administrator = await new MongoClient(urlOf("administrator", password)).connect();
    return {
      urlOf,
      administrator,
      async stop() {
        await administrator.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
