import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Logger } from "@mailfleet/contracts";
import { type HoldLengths, type Renewals, startRenewals } from "@mailfleet/kit";
import { startMongo } from "@mailfleet/local/testing";
import { connectStore, isOutage, type Store } from "@mailfleet/store";

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** Short, so that a test need not wait for the lengths of production. */
export const short: HoldLengths = { holdMs: 1200, renewEveryMs: 200, marginMs: 200 };

/** A database for one test file. */
export async function givenDatabase() {
  const mongo = await startMongo();
  const open = () => connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger: quiet });
  const store = await open();
  const loops: Renewals[] = [];
  return {
    store,
    renewals: (lengths = short) => {
      const loop = startRenewals({ logger: quiet, isOutage, lengths });
      loops.push(loop);
      return loop;
    },
    /** A process of its own that holds a lease and writes under it. */
    holder: (key: string) => startHolder(mongo.url, mongo.dbName, key),
    stop: async () => {
      for (const loop of loops) loop.stop();
      await store.close();
      await mongo.stop();
    },
  };
}

export type GivenDatabase = Awaited<ReturnType<typeof givenDatabase>>;

/** What the other process says. */
export type Said =
  | { readonly said: "holds" }
  | { readonly said: "lost"; readonly name: string; readonly matched: number };

/** The other process, which can be frozen. */
export interface Holder {
  readonly process: ChildProcess;
  next(): Promise<Said>;
  end(): Promise<void>;
}

async function startHolder(url: string, database: string, key: string): Promise<Holder> {
  const child = fork(new URL("./holder.ts", import.meta.url), [url, database, key], { stdio: "inherit" });
  const said: Said[] = [];
  let heard = Promise.withResolvers<void>();
  child.on("message", (message) => {
    said.push(message as Said);
    heard.resolve();
  });
  return {
    process: child,
    async next() {
      while (said.length === 0) {
        heard = Promise.withResolvers();
        await heard.promise;
      }
      return said.shift() as Said;
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/** Until it is so; the test's own time limit ends a wait for what never comes. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Documents as the tests see them. */
export function things(store: Store) {
  return store.db.collection<{ _id: string; writes?: number; lease?: { fence: number } }>("things");
}
