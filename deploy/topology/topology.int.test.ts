import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connectBus } from "@mailfleet/bus";
import type { Logger } from "@mailfleet/contracts";
import { placesFor, startMongo, startNats } from "@mailfleet/local/testing";
import { connectStore } from "@mailfleet/store";
import { system } from "./system.ts";
import { type TopologyAction, topology } from "./topology.ts";

const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger });
const bus = await connectBus({ url: nats.url, name: "test", logger, isOutage: () => false });
after(async () => {
  await Promise.all([bus.stop(), store.close()]);
  await Promise.all([nats.stop(), mongo.stop()]);
});

const env = placesFor("topology", nats, mongo);
async function run(action: TopologyAction, more: { contract?: boolean; json?: boolean } = {}) {
  const lines: string[] = [];
  const done = await topology({ action, ...more, env, out: (line) => void lines.push(line) });
  return { done, lines };
}
const indexNames = async (collection: string) =>
  (await store.db.collection(collection).indexes()).map(({ name }) => name).sort();

test("from nothing: check fails, diff says what is missing, apply makes it, and then there is nothing to do", async () => {
  const missing = await run("check");
  assert.equal(missing.done, false);
  assert.ok(missing.lines.includes("missing: stream RUNS is missing"));
  assert.ok(missing.lines.includes("missing: index due of collection sends is missing"));
  assert.match(missing.lines.at(-1) ?? "", /^\d+ steps are left; `mailfleet topology apply` does them\.$/);
  assert.equal((await run("diff")).done, true);
  assert.deepEqual(await bus.streamUsage(), [], "neither has made anything");

  const applied = await run("apply");
  assert.equal(applied.done, true);
  assert.ok(applied.lines.includes("made: consumer config-events of stream MAILBOX is missing"));
  assert.deepEqual(await bus.lacks(system.streams, system.consumers), []);
  assert.deepEqual(await store.lacks(system.collections), []);
  for (const action of ["check", "diff", "apply"] as const)
    assert.deepEqual(await run(action), { done: true, lines: ["NATS and MongoDB are as the services declare."] });
});

test("an index that is gone is made again; one that is not declared goes only with --contract", async () => {
  await store.db.collection("sends").dropIndex("due");
  await store.db.collection("sends").createIndex({ subject: 1 }, { name: "older" });
  assert.deepEqual(await store.lacks(system.collections), ["index due of collection sends is missing"]);
  assert.deepEqual((await run("apply")).lines, [
    "made: index due of collection sends is missing",
    "superfluous: index older of collection sends is not used any more",
    "Nothing is missing.",
  ]);
  assert.ok((await indexNames("sends")).includes("older"));
  assert.deepEqual((await run("apply", { contract: true })).lines, [
    "removed: index older of collection sends is not used any more",
    "Nothing is missing.",
  ]);
  assert.equal((await indexNames("sends")).includes("older"), false);
});

test("an expiry is changed in place; an index of another form is refused, and nothing else is done then", async () => {
  const { db } = store;
  await db.command({ collMod: "permits", index: { name: "unused", expireAfterSeconds: 5 } });
  assert.deepEqual((await run("apply")).lines, [
    "changed: index unused of collection permits expires after 5 seconds, Mailfleet needs 86400",
    "Nothing is missing.",
  ]);
  await db.collection("tokens").dropIndex("hash");
  await db.collection("tokens").createIndex({ hash: 1 }, { name: "hash" });
  await db.collection("timers").dropIndex("owner");
  const refused = await run("apply", { json: true });
  assert.equal(refused.done, false);
  const steps = refused.lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    steps.map(({ does, what, done }) => [does, what, done]),
    [
      ["make", "index owner of collection timers", false],
      ["refuse", "index hash of collection tokens", false],
    ],
  );
  assert.equal((await indexNames("timers")).includes("owner"), false);
  await db.collection("tokens").dropIndex("hash");
  assert.equal((await run("apply")).done, true);
});

test("an index that does the same under another name serves", async () => {
  const sends = store.db.collection("sends");
  await sends.dropIndex("newest");
  await sends.createIndex({ acceptedAt: -1, _id: -1 });
  assert.deepEqual((await run("apply", { contract: true })).lines, ["NATS and MongoDB are as the services declare."]);
});

test("a step that fails says which one it was, in the engine's words", async () => {
  const tokens = store.db.collection<{ hash: string }>("tokens");
  await tokens.dropIndex("hash");
  await tokens.insertMany([{ hash: "same" }, { hash: "same" }]);
  await assert.rejects(
    run("apply"),
    /^Error: index hash of collection tokens is missing, and it could not be made: .*E11000/,
  );
  await tokens.deleteMany({});
  assert.equal((await run("apply")).done, true);
});

test("names of consumers, and of the indexes of each collection, are unique", () => {
  const twice = (names: readonly string[]) => names.filter((name, at) => names.indexOf(name) !== at);
  assert.deepEqual(twice(system.consumers.map(({ name }) => name)), []);
  for (const { name, indexes } of system.collections) assert.deepEqual(twice(indexes.map((one) => one.name)), [], name);
});

test("without an address the variable is named", async () => {
  await assert.rejects(topology({ action: "check", env: {}, out: () => {} }), /MAILFLEET_NATS_URL must be set/);
});
