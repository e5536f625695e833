import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { startMongo } from "@mailfleet/local/testing";
import { withoutGuarantees } from "./connect.ts";
import { connectStore } from "./index.ts";

const warned: object[] = [];
const logger: Logger = {
  debug() {},
  info() {},
  warn: (context) => void warned.push(context),
  error() {},
  child: () => logger,
};

test("a URL that wants weaker reads and writes is not obeyed", async () => {
  const mongo = await startMongo();
  const wish =
    "readPreference=secondaryPreferred&readConcernLevel=local&w=1&journal=false&wtimeoutMS=1&retryWrites=false";
  const store = await connectStore({
    url: `${mongo.url}&${wish}`,
    database: mongo.dbName,
    appName: "test",
    logger,
  });
  try {
    const { readPreference, readConcern, writeConcern } = store.db.collection("things");
    assert.equal(readPreference?.mode, "primary");
    assert.equal(readConcern?.level, "majority");
    assert.deepEqual([writeConcern?.w, writeConcern?.wtimeoutMS, writeConcern?.journal], ["majority", 10_000, true]);
    assert.equal(store.db.client.options.retryWrites, true);
    assert.equal(store.db.client.options.readPreference.mode, "primary");
    assert.equal(await store.health(), null);
    assert.deepEqual(warned, [
      { ignored: ["readPreference", "readConcernLevel", "w", "journal", "wtimeoutMS", "retryWrites"] },
    ]);
  } finally {
    await store.close();
    await mongo.stop();
  }
});

test("the rest of a URL stays as it is", () => {
  const plain = "mongodb://u:p%40@a:1,b:2/?replicaSet=rs0&tls=true";
  assert.deepEqual(withoutGuarantees(plain), { url: plain, ignored: [] });
  assert.deepEqual(withoutGuarantees("mongodb://a/"), { url: "mongodb://a/", ignored: [] });
  assert.deepEqual(withoutGuarantees("mongodb://a/?W=1&replicaSet=x&readPreferenceTags=dc:ny"), {
    url: "mongodb://a/?replicaSet=x",
    ignored: ["W", "readPreferenceTags"],
  });
  assert.deepEqual(withoutGuarantees("mongodb://a/?w=1"), { url: "mongodb://a/", ignored: ["w"] });
});
