import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { startMongo } from "@mailfleet/local/testing";
import { connectStore, makeCollections } from "@mailfleet/store";
import { collections } from "../collections.ts";
import { createTokenRepository, type StoredToken } from "./store.ts";

const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const mongo = await startMongo();
const connect = (user: string) =>
  connectStore({ url: mongo.urlOf(user), database: mongo.dbName, appName: "test", logger });
const topology = await connect("topology");
await makeCollections(topology, Object.values(collections));
await topology.close();
const store = await connect("console");
const tokens = createTokenRepository(store);
after(async () => {
  await store.close();
  await mongo.stop();
});

const token = (id: string, more: Partial<StoredToken> = {}): StoredToken => ({
  id,
  name: id,
  role: "administrator",
  hash: id,
  createdAt: 0,
  lastUsedAt: null,
  ...more,
});

test("an owner's token is found as it was kept, and the database removes it after it expires", async () => {
  const kept = token("tk_owner", { role: "owner", mailboxIds: ["mb_one1"], expiresAt: Date.now() + 3_600_000 });
  assert.equal(await tokens.insert(kept), true);
  assert.deepEqual(await tokens.findByHash("tk_owner"), kept);
  const indexes = await store.db.collection("tokens").indexes();
  assert.deepEqual(
    indexes
      .filter((index) => index.expireAfterSeconds !== undefined)
      .map(({ key, expireAfterSeconds }) => [key, expireAfterSeconds]),
    [[{ expireAt: 1 }, 0]],
  );
  const document = await store.db.collection<{ _id: string; expireAt?: Date }>("tokens").findOne({ _id: "tk_owner" });
  assert.equal(document?.expireAt?.getTime(), kept.expiresAt);
});

test("only an administrator token that does not expire counts as a way in", async () => {
  await tokens.insert(token("tk_lasting"));
  await tokens.insert(token("tk_ending", { expiresAt: Date.now() + 3_600_000 }));
  assert.equal(await tokens.countAdministrators(), 1);
});
