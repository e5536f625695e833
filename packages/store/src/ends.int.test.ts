import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";
import { test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { startMongo, startTcpProxy, type TestMongo } from "@mailfleet/local/testing";
import type { Collection } from "mongodb";
import { connectStore, groupReads, groupWrites, isOutage, type Store } from "./index.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
/** Long enough for any of these calls on a slow machine. */
const answerMs = 1000;

interface Thing {
  readonly _id: string;
  readonly n?: number;
  readonly text?: string;
}

const portOf = (mongo: TestMongo) => Number(new URL(mongo.url).port);

/** At this port of ours; the driver would else go to where the members know each other. */
const connectAt = (mongo: TestMongo, port: number, limits: { answerMs?: number; maximumConnections?: number }) => {
  const url = new URL(mongo.url);
  url.port = String(port);
  url.searchParams.delete("replicaSet");
  url.searchParams.set("directConnection", "true");
  return connectStore({ url: url.href, database: mongo.dbName, appName: "test", logger: quiet, ...limits });
};

/** Each kind of call, made so that it can be made again. */
const kindsOf = ({ db }: Store, things: Collection<Thing>): Record<string, () => Promise<unknown>> => ({
  ping: () => db.command({ ping: 1 }),
  "ping of the administration": () => db.admin().command({ ping: 1 }),
  find: () => things.find({ n: { $gte: 0 } }, { projection: { _id: 1 } }).toArray(),
  "find, one by one": async () => {
    for await (const { _id } of things.find({}).sort({ _id: 1 }).batchSize(2)) assert.ok(_id);
  },
  findOne: () => things.findOne({ _id: "1" }),
  aggregate: () => things.aggregate([{ $match: {} }]).toArray(),
  countDocuments: () => things.countDocuments(),
  estimatedDocumentCount: () => things.estimatedDocumentCount(),
  distinct: () => things.distinct("n"),
  insertOne: () => things.insertOne({ _id: crypto.randomUUID() }),
  insertMany: () => things.insertMany([{ _id: crypto.randomUUID() }], { ordered: false }),
  bulkWrite: () => things.bulkWrite([{ updateOne: { filter: { _id: "1" }, update: { $inc: { n: 1 } } } }]),
  updateOne: () => things.updateOne({ _id: "1" }, { $inc: { n: 1 } }),
  updateMany: () => things.updateMany({ _id: "1" }, { $inc: { n: 1 } }),
  replaceOne: () => things.replaceOne({ _id: "1" }, { n: 1 }),
  deleteOne: () => things.deleteOne({ _id: "none" }),
  deleteMany: () => things.deleteMany({ _id: "none" }),
  findOneAndUpdate: () => things.findOneAndUpdate({ _id: "1" }, { $inc: { n: 1 } }),
  findOneAndReplace: () => things.findOneAndReplace({ _id: "1" }, { n: 1 }),
  findOneAndDelete: () => things.findOneAndDelete({ _id: "none" }),
  createIndexes: () => things.createIndexes([{ key: { n: 1 }, name: "byN" }]),
  listIndexes: () => things.listIndexes().toArray(),
});

test("a MongoDB that takes what is asked and never answers ends every kind of call, as an outage", async () => {
  const mongo = await startMongo();
  const link = await startTcpProxy({ port: portOf(mongo) });
  const store = await connectAt(mongo, link.port, { answerMs });
  try {
    const things = store.db.collection<Thing>("things");
    await things.insertMany(Array.from({ length: 9 }, (_, n) => ({ _id: `${n}`, n })));
    const kinds = kindsOf(store, things);
    for (const [name, call] of Object.entries(kinds)) await assert.doesNotReject(call(), name);
    const read = groupReads(things);
    const write = groupWrites(things);
    const begun = [things.find({}, { batchSize: 2 }), things.aggregate<Thing>([{ $match: {} }], { batchSize: 2 })];
    for (const cursor of begun) for (const _ of [1, 2]) await cursor.next();
    const [found, aggregated] = begun;

    link.set("silent");
    const asked = performance.now();
    const calls = {
      ...kinds,
      "next of find": () => Promise.resolve(found?.next()),
      "next of aggregate": () => Promise.resolve(aggregated?.next()),
      "grouped read": () => read("1"),
      "grouped write": () => write({ updateOne: { filter: { _id: "1" }, update: { $inc: { n: 1 } } } }),
      "own limit": () => things.find({}, { timeoutMS: answerMs / 2 }).toArray(),
    };
    const ends = Object.entries(calls).map(async ([name, call]) => {
      await assert.rejects(call(), (error) => isOutage(error), name);
      return { name, ms: performance.now() - asked };
    });
    assert.match(String(await store.health()), /^MongoDB does not answer: /);
    for (const { name, ms } of await Promise.all(ends))
      assert.ok(ms >= answerMs / 2 - 5 && ms < answerMs * 5, `${name}: ${ms} ms`);

    link.set("open");
    assert.equal((await read("2"))?._id, "2");
  } finally {
    await store.close();
    await link.stop();
    await mongo.stop();
  }
});

/** Passes everything, until the connections that there are get stuck for ever; later ones pass. */
async function startStickyLink(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = dial(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stick: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test("a request that stands still while it is written ends, and leaves its connection to those behind it", async () => {
  const mongo = await startMongo();
  const link = await startStickyLink(portOf(mongo));
  const store = await connectAt(mongo, link.port, { maximumConnections: 1 });
  try {
    const things = store.db.collection<Thing>("things");
    await things.insertOne({ _id: "there" });
    link.stick();
    const large = [{ insertOne: { document: { _id: "large", text: "x".repeat(15_000_000) } } }];
    await assert.rejects(things.bulkWrite(large, { timeoutMS: 200 }), (error) => isOutage(error));
    assert.equal((await things.findOne({ _id: "there" }))?._id, "there");
  } finally {
    await store.close();
    link.stop();
    await mongo.stop();
  }
});
