import assert from "node:assert/strict";
import { test } from "node:test";
import { MongoClient } from "mongodb";
import { tempDir } from "../testing/start-engines.ts";
import { startMongoCluster } from "./mongo-cluster.ts";
import { startNatsCluster } from "./nats-cluster.ts";

test("a replica set elects another primary, by request and when the primary is killed", async (t) => {
  const folder = await tempDir("set");
  const cluster = await startMongoCluster({ dataDir: folder.path, temporary: true });
  t.after(() => cluster.stop());
  const client = new MongoClient(cluster.url, { writeConcern: { w: "majority", journal: true } });
  t.after(() => client.close());
  const things = client.db("x").collection<{ _id: number }>("y");
  await things.insertOne({ _id: 1 });
  const first = await cluster.primary();
  await cluster.stepDown();
  const second = await cluster.primary();
  assert.notEqual(second.address, first.address);
  await second.kill();
  await things.insertOne({ _id: 2 });
  await second.restart();
  await cluster.whole();
  assert.equal(await things.countDocuments(), 2);
});

test("a NATS cluster has a leader again when a node is killed, and is whole when it is back", async (t) => {
  const folder = await tempDir("nodes");
  const cluster = await startNatsCluster({ dataDir: folder.path, temporary: true });
  t.after(() => cluster.stop());
  const [one] = cluster.members;
  await one?.kill();
  await assert.rejects(fetch(`http://${one?.address}`));
  await one?.restart();
  await cluster.whole();
});
