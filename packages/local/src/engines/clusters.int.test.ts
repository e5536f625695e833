import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { MongoClient } from "mongodb";
import { tempDir } from "../testing/start-engines.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { startMongoCluster } from "./mongo-cluster.ts";
import { startNatsCluster } from "./nats-cluster.ts";
import { natsRequest } from "./nats-request.ts";

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

test("a NATS cluster begins anew with other ports when somebody else has one of those that it chose", async (t) => {
  const folder = await tempDir("nodes");
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const { port: taken } = other.address() as AddressInfo;
  // Six for each try: three for the nodes to each other, three to ask them. Of the first kind once, of the second once.
  const asked: number[] = [];
  const choosePort = async () => {
    asked.push(asked.length);
    return [0, 9].includes(asked.length - 1) ? taken : await freePort();
  };
  const cluster = await startNatsCluster({ dataDir: folder.path, temporary: true }, choosePort);
  t.after(() => cluster.stop());
  assert.equal(asked.length, 18);
  assert.ok(!cluster.url.includes(`:${taken}`));
});

test("a stream of a NATS cluster can be limited and deleted, and its users put out while it runs", async (t) => {
  const folder = await tempDir("nodes");
  const account = (...names: string[]) => {
    const users = names.map((user) => `{ user: ${user}, password: secret }`);
    return [`accounts { MAILFLEET { jetstream: enabled, users: [${users.join(", ")}] } }`];
  };
  const urlOf = (user: string, address: string) => address.replace("://", `://${user}:secret@`);
  const users = {
    configuration: account("observer", "service"),
    onlyObserver: account("observer"),
    signIn: (user: string, address: string) => ({ url: urlOf(user, address) }),
    observerUrl: (address: string) => urlOf("observer", address),
  };
  const cluster = await startNatsCluster({ dataDir: folder.path, temporary: true, users });
  t.after(() => cluster.stop());
  const { hostname: host, port, password } = new URL(cluster.url.split(",")[0] ?? "");
  const as = (user: string) => (subject: string, body: object) =>
    natsRequest({ host, port: Number(port), user, password }, subject, body);
  const ask = (subject: string, body = {}) => as("observer")(subject, body);
  const box = { name: "BOX", subjects: ["box.*"], retention: "workqueue", discard: "new", max_bytes: 100_000 };
  // Each node knows of the others where a stream may lie a moment after it can be asked.
  await eventually(() => ask("$JS.API.STREAM.CREATE.BOX", { ...box, storage: "file", num_replicas: 3 }));
  assert.equal(await cluster.limitStream("BOX", 1), 100_000);
  await eventually(async () =>
    (await ask("box.one").catch((error: Error) => error.message)).toString().includes("bytes"),
  );
  assert.equal(await cluster.limitStream("BOX", 100_000), 1);
  await cluster.letIn(false);
  await eventually(() =>
    as("service")("$JS.API.INFO", {}).then(
      () => false,
      (error: Error) => /Authorization/.test(error.message),
    ),
  );
  await ask("$JS.API.INFO");
  await cluster.letIn(true);
  await eventually(() =>
    as("service")("$JS.API.INFO", {}).then(
      () => true,
      () => false,
    ),
  );
  await cluster.deleteStream("BOX");
  await assert.rejects(ask("$JS.API.STREAM.INFO.BOX"), /not found/);
});
