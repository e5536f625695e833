import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { MongoClient } from "mongodb";
import { tempDir } from "../testing/start-engines.ts";
import { startMongoEngine } from "./mongo-engine.ts";

test("data files that are copied while MongoDB is locked have all that was stored before, as a snapshot of a disk has", async (t) => {
  const folder = await tempDir("data-files");
  t.after(() => folder.remove());
  const opened = async (name: string) => {
    const engine = await startMongoEngine({ dataDir: join(folder.path, name) });
    t.after(() => engine.kill());
    const client = await new MongoClient(engine.url).connect();
    t.after(() => client.close());
    return client;
  };
  const original = await opened("original");
  const things = original.db("mailfleet").collection<{ _id: number }>("things");
  let stored = 0;
  let writes = true;
  const writing = (async () => {
    for (; writes; stored++)
      await things.insertOne({ _id: stored }, { writeConcern: { w: "majority", journal: true } });
  })();
  while (stored < 50) await new Promise(setImmediate);
  await original.db("admin").command({ fsync: 1, lock: true });
  const before = stored;
  await cp(join(folder.path, "original"), join(folder.path, "copy"), { recursive: true });
  await original.db("admin").command({ fsyncUnlock: 1 });
  while (stored < before + 50) await new Promise(setImmediate);
  writes = false;
  await writing;

  const copied = (await opened("copy")).db("mailfleet").collection<{ _id: number }>("things");
  const there = await copied.countDocuments();
  // The write that was under way may be in it.
  assert.ok(there >= before && there <= before + 1, `${there} of ${before}`);
  assert.deepEqual(
    await copied.distinct("_id"),
    Array.from({ length: there }, (_, n) => n),
  );
});
