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

test("tokens and sessions are listed in the order that is asked for, page by page", async () => {
  const session = { by: "token" as const, from: "127.0.0.1" };
  for (const [id, name, createdAt] of [
    ["tk_a", "Berta", 3],
    ["tk_b", "Anna", 2],
    ["tk_c", "Carla", 1],
    ["ss_a", "Dora", 4],
  ] as const)
    await tokens.insert(token(id, { name, createdAt, role: "reader", ...(id === "ss_a" ? { session } : {}) }));
  const all = async (sort: string | undefined, which: "tokens" | "sessions" = "tokens") => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await tokens.list(
        { limit: 2, ...(cursor && { cursor }), ...(sort && { sort }) },
        which,
        ({ name }) => name,
      );
      names.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return names.filter((name) => !name.startsWith("tk_"));
  };
  assert.deepEqual(await all(undefined), ["Berta", "Anna", "Carla"]);
  assert.deepEqual(await all("name"), ["Anna", "Berta", "Carla"]);
  assert.deepEqual(await all("-name"), ["Carla", "Berta", "Anna"]);
  assert.deepEqual(await all("createdAt"), ["Carla", "Anna", "Berta"]);
  assert.deepEqual(await all("-createdAt", "sessions"), ["Dora"]);
});
