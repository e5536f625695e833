import { once } from "node:events";
import { connect } from "node:net";
import { MongoClient } from "mongodb";
import type { Engine } from "../engines/engine.ts";
import { type EngineProgram, MONGO_PROGRAM, NATS_PROGRAM } from "../engines/engine-programs.ts";
import { EngineUnavailable } from "../engines/engine-unavailable.ts";
import type { NatsSignIn } from "../engines/engine-users.ts";
import { isAtLeast } from "../engines/find-engine.ts";
import { type MongoOptions, startMongoEngine } from "../engines/mongo-engine.ts";
import { type NatsOptions, startNatsEngine } from "../engines/nats-engine.ts";

const PROBE_TIMEOUT_MS = 5000;

/** A server that somebody named. */
export interface NamedServer<SignIn> {
  readonly url: string;
  /** How a service signs in there. Without it everybody uses the address as it is. */
  signIn?(user: string): SignIn;
}

/** A server that the stack uses. `engine` only if the stack started it: what it did not start it never ends. */
export interface StackServer<SignIn> {
  /** Of the one who may do everything, if we made users. */
  readonly url: string;
  signIn(user: string): SignIn;
  readonly engine?: Engine;
}

/** The MongoDB of the stack. */
export interface StackMongo extends StackServer<string> {
  /** Makes the users of another database. Answers how they sign in. */
  another(database: string): Promise<(user: string) => string>;
}

interface Where<SignIn> {
  readonly named: NamedServer<SignIn> | undefined;
  readonly dataDir: string;
  readonly temporary: boolean;
  readonly say: (line: string) => void;
}

/** The NATS of the stack: the named one, else one of our own. */
export async function findNats({
  named,
  ...options
}: Where<NatsSignIn> & Pick<NatsOptions, "users">): Promise<StackServer<NatsSignIn>> {
  if (named) {
    const { url } = named;
    const reason = await faultOfNats(url).catch((error: Error) => error.message);
    if (reason) throw unreachable(NATS_PROGRAM, url, reason);
    return { signIn: () => ({ url }), ...named };
  }
  const engine = await startNatsEngine(options);
  return { url: engine.url, signIn: engine.signIn, engine };
}

/** The MongoDB of the stack: the named one, else one of our own. */
export async function findMongo({
  named,
  database,
  ...options
}: Where<string> & Pick<MongoOptions, "users"> & { readonly database: string }): Promise<StackMongo> {
  if (named) {
    const { url } = named;
    const reason = await faultOfMongo(url).catch((error: Error) => error.message);
    if (reason) throw unreachable(MONGO_PROGRAM, url, reason);
    const signIn = () => url;
    return { signIn, another: async () => signIn, ...named };
  }
  const engine = await startMongoEngine(options);
  const another = async (name: string) => {
    await engine.makeUsers(name);
    return (user: string) => engine.urlOf(user, name);
  };
  try {
    return { url: engine.url, signIn: await another(database), another, engine };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

function unreachable(program: EngineProgram, url: string, reason: string): EngineUnavailable {
  return new EngineUnavailable([{ program, tried: [`${program.urlVariable} (${hostOf(url)}): ${reason}`] }]);
}

/** A URL may hold a password: only its host is shown. */
function hostOf(url: string): string {
  return /^[a-z+]+:\/\/(?:[^@/]*@)?([^/?]*)/i.exec(url)?.[1] ?? "not a URL";
}

/** nats-server greets with `INFO {json}` before anything else, also on a port that asks for TLS or a password later. */
async function faultOfNats(urls: string): Promise<string | null> {
  // One of a cluster is enough to start.
  const asked = await Promise.allSettled(urls.split(",").map((url) => faultOfNode(url.trim())));
  const faults = asked.map((one) => (one.status === "fulfilled" ? one.value : (one.reason as Error).message));
  return faults.includes(null) ? null : (faults[0] ?? "no URL");
}

async function faultOfNode(url: string): Promise<string | null> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port || 4222), hostname);
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const [greeting] = (await once(socket, "data", { signal })) as [Buffer];
    const info = /^INFO (\{.*\})/.exec(greeting.toString())?.[1];
    if (!info) return "this is not a NATS server";
    const { version, jetstream } = JSON.parse(info) as { version: string; jetstream?: boolean };
    if (!isAtLeast(version, NATS_PROGRAM.atLeast)) return `version ${version} is too old`;
    return jetstream ? null : "JetStream is not enabled (start it with -js)";
  } catch (error) {
    return (error as Error).name === "AbortError" ? "no answer within 5 s" : (error as Error).message;
  } finally {
    socket.destroy();
  }
}

async function faultOfMongo(url: string): Promise<string | null> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: PROBE_TIMEOUT_MS });
  try {
    const admin = client.db("admin");
    const { version } = await admin.command({ buildInfo: 1 });
    if (!isAtLeast(String(version), MONGO_PROGRAM.atLeast)) return `version ${version} is too old`;
    const { setName } = await admin.command({ hello: 1 });
    return setName
      ? null
      : "it is not a replica set: start it with --replSet and initiate the set (one member is enough)";
  } finally {
    await client.close();
  }
}
