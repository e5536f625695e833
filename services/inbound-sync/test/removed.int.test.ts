import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createLeases, startRenewals } from "@mailfleet/kit";
import { createLeaseStore } from "@mailfleet/store";
import { collections } from "../collections.ts";
import { createFingerprintStore } from "../message/fingerprint-store.ts";
import type { SourceDocument } from "../source/document.ts";
import { createFollowLifecycle } from "../source/follow-lifecycle.ts";
import { forgetRemoved } from "../source/forget-removed.ts";
import { createNamesStore } from "../source/names-store.ts";
import { givenInbound } from "./given-inbound.ts";
import { logger } from "./replica.ts";

const given = await givenInbound();
after(() => given.stop());

test("of runs that write together the one that lost its mailbox hears of it, and no other", async () => {
  const renewals = startRenewals({ logger, isOutage: () => false });
  const leases = createLeases(createLeaseStore<SourceDocument>(given.store, collections.sources.name), {
    owner: "together",
    renewals,
    name: "a source",
  });
  const taken = await Promise.all(["mb_one", "mb_lost", "mb_two"].map((mailboxId) => leases.take(mailboxId)));
  await given.sources.remove("mb_lost", Date.now());
  const step = { cursor: { uid: 7 }, pending: null, received: 1, skipped: 0, toMove: [], toTag: [] };
  const written = await Promise.allSettled(taken.map((lease) => lease && given.sources.advance(lease, step)));
  assert.deepEqual(
    written.map((one) => (one.status === "fulfilled" ? one.value : one.reason.name)),
    [undefined, "LeaseLost", undefined],
  );
  assert.deepEqual((await given.sources.get("mb_two"))?.cursor, { uid: 7 });
  renewals.stop();
});

test("enabled mailboxes are counted by how long ago they were proved to work", async () => {
  const expected = { expects: "success", since: 1000, everyMs: 100, generation: 1 } as const;
  const documents = given.store.db.collection<SourceDocument>(collections.sources.name);
  await documents.insertMany([
    { _id: "mb_new", expected },
    { _id: "mb_good", expected, lastProvedSuccessAt: 9000 },
    { _id: "mb_silent", expected, lastProvedSuccessAt: 2000, stalled: "told" },
    { _id: "mb_off", expected: null, lastProvedSuccessAt: 1, stalled: "told" },
  ]);
  assert.deepEqual(await given.sources.proofs([9000, 2000, 0]), { oldestAt: 1000, silent: 1, proved: [1, 2, 3] });
  await documents.deleteMany({ _id: { $in: ["mb_new", "mb_good", "mb_silent", "mb_off"] } });
  assert.deepEqual(await given.sources.proofs([0]), { oldestAt: null, silent: 0, proved: [0] });
});

test("a deleted mailbox stays deleted, whatever comes late, and nothing of it is left at last", async () => {
  const mailboxId = "mb_late";
  const database = given.store.db;
  const names = createNamesStore(given.store);
  const fingerprints = createFingerprintStore(given.store);
  const leases = createLeases(createLeaseStore<SourceDocument>(given.store, collections.sources.name), {
    owner: "reader",
    renewals: startRenewals({ logger, isOutage: () => false }),
    name: "a source",
  });
  const follow = createFollowLifecycle({ ...given, names, fingerprints, bus: given.world, now: Date.now });
  const lease = await leases.take(mailboxId);
  assert.ok(lease);
  const read = await names.load(lease);
  const deleted = { type: "mailbox.deleted.v1", mailboxId, body: { mailboxId, v: 3, at: Date.now() } };
  await follow(deleted as never);
  const other = { state: "off", verdict: "NotRun", generation: 1, attempt: 0 };
  const transitioned = {
    type: "mailbox.transitioned.v1",
    body: {
      ...{ mailboxId, v: 9, at: 1, lifecycle: { from: "testing", to: "enabled.running" } },
      directions: { inbound: { ...other, state: "enabled.running", everyMs: 10_000 }, outbound: other, act: other },
    },
  };
  // A reader that is under way, and a fact that another replica handles late.
  await assert.rejects(given.sources.told(lease), /lost/);
  await read.add([{ name: "one", size: 1, fingerprint: null, digest: null }], []);
  await fingerprints.add(mailboxId, { messages: [{ fingerprint: "0123456789abcdef", likeness: null }] }, 1);
  await follow(transitioned as never);
  assert.deepEqual(await given.sources.findStalled(Date.now() + 1e9), []);
  assert.equal(await given.sources.get(mailboxId), null);

  const forget = (now: number) => forgetRemoved({ ...given, names, fingerprints, logger, now: () => now });
  await forget(Date.now());
  assert.equal(await database.collection("sources").countDocuments({ _id: mailboxId as never }), 1);
  await forget(Date.now() + 31 * 86_400_000);
  for (const name of ["sources", "names", "fingerprints"])
    assert.equal(
      await database.collection(name).countDocuments({ _id: { $regex: `^${mailboxId}` } as never }),
      0,
      name,
    );
});
