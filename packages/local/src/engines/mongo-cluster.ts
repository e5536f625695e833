import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster, ClusterMember } from "./cluster.ts";
import { MONGO_PROGRAM } from "./engine-programs.ts";
import { eventually } from "./eventually.ts";
import { findEngine } from "./find-engine.ts";
import type { MongoOptions } from "./mongo-engine.ts";
import { connectMember, makeAdministrator, makeDatabaseUsers } from "./mongo-users.ts";
import { launchMongod, MONGO_READY_WITHIN_MS } from "./mongod.ts";

const MEMBERS = 3;
/** Short, so that a test of an election takes seconds; the default is 10 s. */
const ELECTION_TIMEOUT_MS = 3000;

/** Three mongods that are one replica set, `rs0`. */
export interface MongoCluster extends Cluster {
  /** The member that takes writes now. Waits for an election. */
  primary(): Promise<ClusterMember>;
  /**
   * `replSetStepDown`: the primary steps down for `seconds`, 10 by default. Resolves when another one accepts writes.
   */
  stepDown(seconds?: number): Promise<void>;
  /** Names every member, with a user of this database in it, where there are users. `url` is the administrator's. */
  urlOf(user: string, database: string): string;
  /** Makes the users of a database, or brings them up to date. */
  makeUsers(database: string): Promise<void>;
}

/** Starts three mongods on loopback ports as a replica set and waits for its primary. */
export async function startMongoCluster(options: MongoOptions): Promise<MongoCluster> {
  const { executable } = await findEngine(MONGO_PROGRAM, { say: options.say });
  const folder = (n: number) => join(options.dataDir, `mongo-${n}`);
  const temporary = options.temporary === true;
  const { users } = options;
  const launch = (n: number, port: number) =>
    launchMongod({
      ...{ executable, dataDir: folder(n), port, temporary },
      ...(users && { keyFile: users.keyFile }),
    });
  const started = await Promise.all(Array.from({ length: MEMBERS }, (_, n) => launch(n, 0)));
  const members = started.map(({ port, ...first }, n) => {
    let { server } = first;
    return {
      name: `mongo-${n}`,
      address: `127.0.0.1:${port}`,
      get pid() {
        return server.pid;
      },
      kill: () => server.kill(),
      restart: async () => {
        await server.stop();
        ({ server } = await launch(n, port));
      },
    };
  });
  const address = `mongodb://${members.map((member) => member.address).join(",")}/?replicaSet=rs0`;
  const url = users?.administratorUrl(address) ?? address;

  /** What one member says about itself and the others; throws while it is away. */
  const ask = async (member: ClusterMember, command: object) => {
    const client = await connectMember(member.address, users, 2000);
    try {
      return await client.db("admin").command({ ...command });
    } finally {
      await client.close();
    }
  };
  /** Everybody may ask who it is, also before there is a user. */
  const greet = async (member: ClusterMember) => {
    const client = await connectMember(member.address, undefined, 2000);
    try {
      return await client.db("admin").command({ hello: 1 });
    } finally {
      await client.close();
    }
  };
  const primary = () =>
    eventually(
      async () => {
        const asked = members.map(async (member) => {
          const { isWritablePrimary } = await greet(member);
          return isWritablePrimary ? member : undefined;
        });
        const found = await Promise.allSettled(asked);
        return found.map((one) => (one.status === "fulfilled" ? one.value : undefined)).find(Boolean);
      },
      { timeoutMs: MONGO_READY_WITHIN_MS, everyMs: 100, what: "a primary" },
    );
  const cluster: MongoCluster = {
    url,
    urlOf: (user, database) => users?.urlOf(user, address, database) ?? address,
    makeUsers: async (database) => void (users && (await makeDatabaseUsers(url, users, database))),
    members,
    primary,
    whole: async () => {
      const leader = await primary();
      await eventually(
        async () => {
          const { members: states } = await ask(leader, { replSetGetStatus: 1 });
          return (states as { state: number }[]).every(({ state }) => state === 1 || state === 2);
        },
        { timeoutMs: MONGO_READY_WITHIN_MS, everyMs: 200, what: "every member caught up" },
      );
    },
    stepDown: async (seconds = 10) => {
      const old = await primary();
      // A member that has not caught up yet makes it refuse.
      await eventually(
        () => ask(old, { replSetStepDown: seconds, secondaryCatchUpPeriodSecs: Math.min(5, seconds - 1) }),
        { timeoutMs: 30_000, everyMs: 500, what: "the step-down" },
      );
      await eventually(async () => (await primary()).address !== old.address, {
        timeoutMs: MONGO_READY_WITHIN_MS,
        what: "another primary",
      });
    },
    stop: async () => {
      await Promise.all(members.map((member) => member.kill()));
      if (temporary) await rm(options.dataDir, { recursive: true, force: true });
    },
  };
  try {
    await ask(members[0]!, {
      replSetInitiate: {
        _id: "rs0",
        members: members.map(({ address }, n) => ({ _id: n, host: address })),
        settings: { electionTimeoutMillis: ELECTION_TIMEOUT_MS, heartbeatIntervalMillis: 500 },
      },
    });
    if (users) await makeAdministrator((await primary()).address, users);
    await cluster.whole();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}
