import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { startMongo } from "@mailfleet/local/testing";
import { connectStore } from "@mailfleet/store";
import { createTraceStore } from "../erase/traces.ts";

test("what names the mailbox goes; what names one whose address only ends with its address stays", async (t) => {
  const mongo = await startMongo();
  t.after(() => mongo.stop());
  const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
  const store = await connectStore({
    url: mongo.urlOf("alerting"),
    database: mongo.dbName,
    appName: "alerting",
    logger,
  });
  t.after(() => store.close());
  const alert = (_id: string, id: string, label: string, detail: string | null) => ({
    ...{ _id, detail },
    object: { type: "mailbox", id, label },
  });
  const alerts = store.db.collection<ReturnType<typeof alert>>("alerts");
  await alerts.insertMany([
    alert("own", "mb_ann", "ann@example.org", null),
    alert("renamed", "mb_other", "Ann@Example.org", null),
    alert("longer", "mb_joann", "joann@example.org", "joann@example.org was refused"),
    alert("names", "mb_bob", "bob@example.org", "refused:\nann@example.org"),
  ]);
  const incidents = store.db.collection<ReturnType<typeof alert>>("incidents");
  await incidents.insertMany([alert("own", "mb_ann", "ann@example.org", null), alert("not", "pf_1", "Head", null)]);
  const letters = store.db.collection<{ _id: string; preview: string }>("dead-letters");
  await letters.insertMany([
    { _id: "own", preview: '{"to":"ann@example.org"}' },
    { _id: "longer", preview: '{"to":"joann@example.org"}' },
  ]);
  const removed = await createTraceStore(store).erase({ mailboxId: "mb_ann", address: "ann@example.org" });
  assert.deepEqual(removed, { alerts: 2, incidents: 1, "dead letters": 1, deliveries: 0 });
  const left = await alerts.find().sort({ _id: 1 }).toArray();
  assert.deepEqual(
    left.map(({ _id, detail }) => [_id, detail]),
    [
      ["longer", "joann@example.org was refused"],
      ["names", null],
    ],
  );
  assert.deepEqual(await letters.distinct("_id"), ["longer"]);
});
