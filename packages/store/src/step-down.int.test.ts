import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Logger } from "@mailfleet/contracts";
import { eventually, startMongoCluster } from "@mailfleet/local/testing";
import { connectStore, isDuplicateKey, isOutage } from "./index.ts";
import { writeFates } from "./write-fates.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

const cluster = await startMongoCluster();
after(() => cluster.stop());

interface Thing {
  _id: string;
  n: number;
  run?: number;
}

/** Writers of every kind that go on until told; what they were told, and every error they met. */
async function writingThrough(disturb: (errors: readonly unknown[]) => Promise<void>) {
  const url = `${cluster.url}&readPreference=secondaryPreferred`;
  const store = await connectStore({ url, database: "stepdown", appName: "test", logger: quiet });
  const things = store.db.collection<Thing>(`things${Date.now()}`);
  await things.insertOne({ _id: "counter", n: 0 });
  const errors: unknown[] = [];
  const confirmed = new Set<string>();
  const unread: string[] = [];
  let counted = 0;
  let unsureCounts = 0;
  let going = true;
  /** No primary is being replaced. */
  let calm = true;
  let batch = 0;
  let operations = 0;

  /** Bulk inserts, as messages and sends are stored. */
  const insert = async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `b${batch}-${n}`);
    batch++;
    try {
      await things.insertMany(
        ids.map((_id) => ({ _id, n: 1 })),
        { ordered: false },
      );
      for (const id of ids) confirmed.add(id);
    } catch (error) {
      for (const [n, { fate }] of writeFates(error, ids.length).entries())
        if (fate === "done" && ids[n]) confirmed.add(ids[n]);
      throw error;
    }
  };
  /** Bulk updates that the driver does not repeat, as results of sends are written. */
  const update = async () => {
    const ids = [...confirmed].slice(-20);
    if (ids.length === 0) return void (await setImmediate());
    const run = operations;
    await things.bulkWrite(
      ids.map((_id) => ({ updateMany: { filter: { _id }, update: { $max: { run } } } })),
      { ordered: false },
    );
    const began = calm;
    const count = () => things.countDocuments({ _id: { $in: ids }, run: { $gte: run } });
    const found = await count();
    if (found === ids.length) return;
    if (began && calm) unread.push(`run ${run}: ${found} of ${ids.length}`);
    // A new primary may first read what the majority had before it was elected.
    else await eventually(async () => (await count()) === ids.length);
  };
  /** Compare and swap, as everything else is written. */
  const swap = async () => {
    unsureCounts++;
    const changed = await things.findOneAndUpdate({ _id: "counter" }, { $inc: { n: 1 } }, { returnDocument: "after" });
    unsureCounts--;
    counted++;
    const seen = await things.findOne({ _id: "counter" });
    if (calm && (seen?.n ?? 0) < (changed?.n ?? 0)) unread.push(`counter ${seen?.n} after ${changed?.n}`);
  };

  const repeat = async (write: () => Promise<void>) => {
    while (going) {
      try {
        await write();
        operations++;
      } catch (error) {
        errors.push(error);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const writers = Promise.all([insert, insert, update, update, update, update, swap, swap].map(repeat));
  const more = async (count: number) => {
    const until = operations + count;
    while (operations < until) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  try {
    await more(50);
    calm = false;
    await disturb(errors);
    calm = true;
    await more(50);
    going = false;
    await writers;
    const there = new Set(await things.distinct("_id", { _id: { $in: [...confirmed] } }));
    const counter = (await things.findOne({ _id: "counter" }))?.n ?? 0;
    const lost = [...confirmed].filter((id) => !there.has(id));
    return { errors, lost, unread, counter, counted, unsureCounts };
  } finally {
    going = false;
    await store.close();
  }
}

function assertNothingWrong(end: Awaited<ReturnType<typeof writingThrough>>): void {
  for (const error of end.errors) assert.ok(isOutage(error) && !isDuplicateKey(error), String(error));
  assert.deepEqual(end.lost, [], "what was said to be stored is stored");
  assert.deepEqual(end.unread, [], "what was written is read at once");
  assert.ok(end.counter >= end.counted && end.counter <= end.counted + end.unsureCounts, JSON.stringify(end.counter));
}

test("a primary that steps down under load is an outage, never a failure of the work", async () => {
  const end = await writingThrough(async (errors) => {
    // The driver repeats most of what a step-down interrupts: once more until something gets through to us.
    for (let times = 0; times < 2 || (errors.length === 0 && times < 10); times++) {
      await cluster.stepDown(4);
      await cluster.whole();
    }
  });
  assert.ok(end.errors.length > 0, "the load met the step-down");
  assertNothingWrong(end);
});

test("a primary that is killed under load is an outage, and nothing that was confirmed is rolled back", async () => {
  await cluster.whole();
  const end = await writingThrough(async () => {
    const primary = await cluster.primary();
    await primary.kill();
    await cluster.primary();
    await primary.restart();
    await cluster.whole();
  });
  assert.ok(end.errors.length > 0, "the load met the kill");
  assertNothingWrong(end);
});

test("no majority: a write ends as an outage instead of waiting for ever, and is there when the majority is back", async () => {
  await cluster.whole();
  const store = await connectStore({ url: cluster.url, database: "minority", appName: "test", logger: quiet });
  const primary = await cluster.primary();
  const others = cluster.members.filter((member) => member !== primary);
  await Promise.all(others.map((member) => member.kill()));
  const error = await store.db
    .collection<Thing>("things")
    .insertOne({ _id: "lonely", n: 1 })
    .catch((caught: unknown) => caught);
  assert.ok(isOutage(error), String(error));
  await Promise.all(others.map((member) => member.restart()));
  await cluster.whole();
  await store.db.collection<Thing>("things").updateOne({ _id: "lonely" }, { $set: { n: 2 } }, { upsert: true });
  assert.equal((await store.db.collection<Thing>("things").findOne({ _id: "lonely" }))?.n, 2);
  await store.close();
});
