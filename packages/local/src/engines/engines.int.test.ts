import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { MongoClient } from "mongodb";
import { tempDir } from "../testing/start-engines.ts";
import { freePort } from "./free-port.ts";
import { startMongoEngine } from "./mongo-engine.ts";
import { startNatsEngine } from "./nats-engine.ts";

test("MongoDB keeps port and acknowledged data over SIGKILL and restart", async () => {
  const folder = await tempDir("mongo");
  const engine = await startMongoEngine({ dataDir: folder.path, temporary: true });
  const client = new MongoClient(engine.url, { writeConcern: { w: "majority", journal: true } });
  try {
    const first = engine.pid;
    await client.db("x").collection("y").insertOne({ a: 1 });
    await engine.kill();
    await engine.restart();
    assert.notEqual(engine.pid, first);
    assert.equal(await client.db("x").collection("y").countDocuments(), 1);
  } finally {
    await client.close();
    await engine.stop();
  }
  assert.equal(existsSync(folder.path), false);
});

test("MongoDB moves to another port when somebody has taken its own", async () => {
  const folder = await tempDir("mongo");
  const before = await startMongoEngine({ dataDir: folder.path });
  await before.stop();
  const port = Number(new URL(before.url).port);
  const thief = createServer((socket) => socket.destroy()).listen(port, "127.0.0.1");
  await once(thief, "listening");
  const after = await startMongoEngine({ dataDir: folder.path }).catch((error) => {
    thief.close();
    throw error;
  });
  const client = new MongoClient(after.url);
  try {
    assert.notEqual(new URL(after.url).port, String(port));
    await client.db("x").collection("y").insertOne({ a: 1 });
  } finally {
    await client.close();
    await after.stop();
    thief.close();
    await folder.remove();
  }
});

test("NATS keeps its port over SIGKILL and restart, and its data go at the end", async () => {
  const folder = await tempDir("nats");
  const engine = await startNatsEngine({ dataDir: folder.path, temporary: true });
  const url = engine.url;
  await engine.kill();
  await engine.restart();
  assert.equal(engine.url, url);
  assert.notEqual(Number(new URL(url).port), await freePort());
  await engine.stop();
  assert.equal(existsSync(folder.path), false);
});
