import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { forgetOrganisation } from "@mailfleet/config/restore";
import type { Logger } from "@mailfleet/contracts";
import { deploymentCollection } from "@mailfleet/kit";
import { startMongo, type TestMongo } from "@mailfleet/local/testing";
import { holdUnfinished } from "@mailfleet/outbound-send/restore";
import { connectStore, makeCollections, type Store } from "@mailfleet/store";
import { foreignCommands } from "./foreign-commands.cases.ts";
import { mongoRolesScript } from "./mongo-roles.ts";
import { speakers, system } from "./system.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const database = "mailfleet";
const unauthorized = { codeName: "Unauthorized" };

describe("roles of MongoDB", () => {
  let mongo: TestMongo;
  /** On the same server. */
  let other: TestMongo;
  const stores: Store[] = [];
  const storeOf = async (service: string) => {
    const store = await connectStore({
      url: mongo.urlOf(service),
      database: mongo.dbName,
      appName: service,
      logger: silent,
    });
    stores.push(store);
    return store;
  };
  before(async () => {
    [mongo, other] = await Promise.all([startMongo(), startMongo()]);
  });
  after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all([mongo?.stop(), other?.stop()]);
  });

  test("the topology step makes everything, marks the deployment, and reads no other document", async () => {
    const store = await storeOf("topology");
    await makeCollections(store, system.collections);
    await makeCollections(store, system.collections);
    const mark = { id: "dp_test1", epoch: 1, beat: 0 };
    assert.deepEqual(await store.deployment.make(mark), mark);
    await assert.rejects(store.db.collection("sends").findOne({}), unauthorized);
    await assert.rejects(store.db.collection("sends").insertOne({}), unauthorized);
    await assert.rejects(store.db.collection("sends").drop(), unauthorized);
  });

  test("the end of a hold marks the deployment, changes sends and settings, and touches nothing else", async () => {
    const store = await storeOf("restore");
    await (await storeOf("topology")).deployment.make({ id: "dp_test1", epoch: 1, beat: 0 });
    const own = await store.deployment.read();
    assert.ok(own && (await store.deployment.replace(own, { ...own, epoch: own.epoch + 1 })));
    await forgetOrganisation(store);
    assert.equal(await holdUnfinished(store, 1), 0);
    for (const { name } of system.collections) {
      const there = store.db.collection(name);
      await assert.rejects(there.drop(), unauthorized, name);
      await assert.rejects(there.deleteMany({}), unauthorized, name);
      if (name === deploymentCollection.name) continue;
      await assert.rejects(there.insertOne({}), unauthorized, name);
      if (!["sends", "settings"].includes(name)) await assert.rejects(there.findOne({}), unauthorized, name);
    }
  });

  for (const { name, wanted } of speakers)
    test(`${name} works with its own collections, with no other, and in no other database`, async () => {
      const store = await storeOf(name);
      assert.deepEqual(await store.lacks(wanted.collections), []);
      assert.equal(await store.health(), null);
      const own = new Set(wanted.collections.map((one) => one.name));
      for (const collection of own) {
        const there = store.db.collection<{ _id: string }>(collection);
        const _id = `of ${name}`;
        await there.updateOne({ _id }, { $set: { n: 1 } }, { upsert: true });
        await there.bulkWrite([{ updateOne: { filter: { _id }, update: { $set: { n: 2 } } } }]);
        assert.equal((await there.aggregate([{ $match: { _id } }]).toArray()).length, 1, collection);
        assert.equal((await there.findOneAndDelete({ _id }))?._id, _id);
        await assert.rejects(there.drop(), unauthorized);
        await assert.rejects(there.createIndex({ other: 1 }), unauthorized);
      }
      for (const { name: foreign } of system.collections.filter((one) => !own.has(one.name))) {
        const there = store.db.collection(foreign);
        // Whose database it is, everybody may read.
        if (foreign === deploymentCollection.name) await there.findOne({});
        else await assert.rejects(there.findOne({}), unauthorized, foreign);
        await assert.rejects(there.insertOne({}), unauthorized, foreign);
        await assert.rejects(there.deleteMany({}), unauthorized, foreign);
      }
      const another = store.db.client.db(other.dbName);
      for (const collection of own) await assert.rejects(another.collection(collection).findOne({}), unauthorized);
    });

  for (const { name, wanted } of speakers)
    test(`${name} gives MongoDB no command that reaches beyond its own documents`, async () => {
      const { db } = await storeOf(name);
      const own = wanted.collections[0]?.name ?? "";
      const isOwn = (collection: string) => wanted.collections.some((one) => one.name === collection);
      const foreign = system.collections.find((one) => !isOwn(one.name) && one !== deploymentCollection)?.name ?? "";
      const done: string[] = [];
      for (const { title, onAdmin, command } of foreignCommands(mongo.dbName, own, foreign)) {
        const refused = (error: { codeName?: string }) => error.codeName === unauthorized.codeName;
        const run = onAdmin ? db.admin().command(command) : db.command(command);
        await run.then(
          () => done.push(title),
          (error) => refused(error) || done.push(`${title}: ${error}`),
        );
      }
      assert.deepEqual(done, []);
    });

  test("each collection has one service that writes it, but for those of the kit and the worker", () => {
    const owners = new Map<string, string[]>();
    for (const { name, wanted } of speakers)
      for (const { name: collection } of wanted.collections)
        owners.set(collection, [...(owners.get(collection) ?? []), name]);
    const shared = [...owners].filter(([, services]) => services.length > 1);
    assert.deepEqual(shared.map(([collection]) => collection).sort(), ["permits", "signIns"]);
  });

  test("the script makes or updates each role", () => {
    const script = mongoRolesScript(database);
    for (const { name } of speakers)
      assert.match(script, new RegExp(`updateRole\\("mailfleet-${name}", \\{"privileges"`));
    assert.match(script, /^db = db\.getSiblingDB\("mailfleet"\);/);
  });
});
