import assert from "node:assert/strict";
import { lengthsOf, type ServiceName, serviceNames } from "@mailfleet/contracts";
import { type MongoCluster, type NatsCluster, startMongoCluster, startNatsCluster } from "@mailfleet/local/testing";
import { type Fleet, startFleet, twins } from "./fleet.ts";
import { type Links, startLinks } from "./links.ts";

/** As in production: with half of it, a busy machine lost leases that nobody had disturbed. */
export const lengths = lengthsOf(8000);

const database = "mailfleet";

/** A fleet on clusters of three, with a proxy on each link. */
export interface Town extends Fleet {
  readonly mongo: MongoCluster;
  readonly nats: NatsCluster;
  readonly links: Links;
}

/** Starts everything. */
export async function startTown(options: { mailboxes: number }): Promise<Town> {
  const cleanups: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  try {
    const [mongo, nats] = await Promise.all([startMongoCluster(), startNatsCluster()]);
    cleanups.push(async () => void (await Promise.all([mongo.stop(), nats.stop()])));
    await mongo.makeUsers(database);
    const mongoUrlOf = (user: string) => mongo.urlOf(user, database);
    const links = await startLinks({ mongo, nats, mongoUrlOf });
    cleanups.push(() => links.stop());
    const fleet = await startFleet({
      ...options,
      stack: {
        engines: { nats, mongo: { url: mongo.url, signIn: mongoUrlOf } },
        mongoDb: database,
        env: { MAILFLEET_STREAM_REPLICAS: "3", MAILFLEET_LEASE_MS: String(lengths.holdMs) },
        serviceEnv: Object.fromEntries(serviceNames.map((name) => [name, links.environment(name)])),
        replicas: Object.fromEntries(twins.map((name) => [name, 2])),
      },
      beforeMail: links.beforeMail,
      whole: async () => void (await Promise.all([mongo.whole(), nats.whole()])),
    });
    cleanups.push(() => fleet.stop());
    return { ...fleet, ...{ mongo, nats, links, stop } };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Throws unless the answer of `/readyz` is this, with these words in it. */
export async function assertReady(town: Town, service: ServiceName, status: 200 | 503, words = ""): Promise<void> {
  const { httpPort } = town.world.stack.service(service);
  const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  assert.ok(text.includes(words), text);
}
