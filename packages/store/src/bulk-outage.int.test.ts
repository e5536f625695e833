import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { startMongo } from "@mailfleet/local/testing";
import { MongoBulkWriteError } from "mongodb";
import { connectStore, isOutage } from "./index.ts";
import { writeFates } from "./write-fates.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

const upserts = (owner: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    updateOne: { filter: { _id: `${owner}/${n}` }, update: { $set: { owner } }, upsert: true },
  }));

test("MongoDB killed under bulk writes: an outage, never a failure of the work, and what was said to be stored is", async () => {
  const mongo = await startMongo({ own: true });
  const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger: quiet });
  const things = store.db.collection<{ _id: string; owner: string }>("things");
  const stored: string[] = [];
  const errors: unknown[] = [];
  let going = true;
  let round = 0;
  const write = async () => {
    while (going) {
      const owner = `mb_${round++}`;
      await things.bulkWrite(upserts(owner, 200), { ordered: false }).then(
        () => stored.push(owner),
        (error) => errors.push(error),
      );
    }
  };
  try {
    const writers = Promise.all(Array.from({ length: 6 }, write));
    while (stored.length < 20) await new Promise((resolve) => setImmediate(resolve));
    await mongo.engine?.kill();
    while (errors.length < 6) await new Promise((resolve) => setTimeout(resolve, 20));
    going = false;
    await writers;
    await mongo.engine?.restart();

    assert.ok(errors.some((error) => error instanceof MongoBulkWriteError));
    for (const error of errors) assert.ok(isOutage(error), String(error));
    for (const error of errors) assert.ok(writeFates(error, 200).every(({ fate }) => fate === "unknown"));
    for (const owner of stored) assert.equal(await things.countDocuments({ owner }), 200, owner);
  } finally {
    going = false;
    await store.close();
    await mongo.stop();
  }
});

test("a write that meets a key that is there is known, and no outage", async () => {
  const mongo = await startMongo();
  const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger: quiet });
  try {
    const things = store.db.collection<{ _id: string }>("things");
    await things.insertOne({ _id: "b" });
    const batch = [{ _id: "a" }, { _id: "b" }, { _id: "c" }];
    const error = await things.insertMany(batch, { ordered: false }).catch((caught: unknown) => caught);
    assert.deepEqual(
      writeFates(error, 3).map((one) => (one.fate === "refused" ? one.code : one.fate)),
      ["done", 11000, "done"],
    );
    assert.equal(isOutage(error), false);
  } finally {
    await store.close();
    await mongo.stop();
  }
});
