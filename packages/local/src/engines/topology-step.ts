import { execFile } from "node:child_process";
import { join } from "node:path";
import { CHECKOUT } from "./local-folder.ts";

const patienceMs = 60_000;

/** Makes what the services need in NATS and MongoDB, as the job of a cluster does. Throws with what the step said. */
export async function applyTopology(env: Readonly<Record<string, string>>): Promise<void> {
  await run("apply", env);
}

/** Mailfleet's account of NATS, as the configuration of a server names it. The nkeys of its users are in this folder. */
export function printNatsAccount(keys: string): Promise<string> {
  return run("nats-users", {}, "--keys", keys);
}

/** The roles of MongoDB for this database, as JSON. */
export function printMongoRoles(database: string): Promise<string> {
  return run("mongo-roles", { MAILFLEET_MONGO_DB: database }, "--json");
}

function run(action: string, env: Readonly<Record<string, string>>, ...more: string[]): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const script = join(CHECKOUT, "deploy/topology/main.ts");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { env: { ...inherited, ...env }, timeout: patienceMs };
  execFile(process.execPath, [script, action, ...more], options, (error, stdout, stderr) => {
    if (error) reject(new Error(`NATS and MongoDB could not be prepared:\n${stdout}${stderr}`.trimEnd()));
    else resolve(stdout);
  });
  return promise;
}
