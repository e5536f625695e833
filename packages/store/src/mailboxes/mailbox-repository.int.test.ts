import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Logger, OutgoingMessage } from "@mailfleet/contracts";
import { startMongo } from "@mailfleet/local/testing";
import { connectStore } from "../connect.ts";
import { inboxLength, type MailboxCommit, type MailboxDocument } from "./mailbox-document.ts";
import { createMailboxRepository } from "./mailbox-repository.ts";

interface Machine {
  n: number;
}
const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const mongo = await startMongo();
const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger });
const mailboxes = await createMailboxRepository<Machine>(store);
after(async () => {
  await store.close();
  await mongo.stop();
});

const off = { state: "off", enabled: false, verdict: "NotRun" } as const;
const status = { lifecycle: "approved", directions: { inbound: off, outbound: off, act: off } } as const;
const message = (id: string, at = 1): OutgoingMessage => ({ id, subject: "s", type: "t", at, body: {} });

function document(id: string, change: Partial<MailboxDocument<Machine>> = {}): MailboxDocument<Machine> {
  return {
    _id: id,
    v: 1,
    configuration: {
      address: `${id}@example.org`,
      kind: "user",
      profileId: "pf_0001",
      deliveryMethods: { inbound: "server-side", outbound: "none", act: "none" },
      allowToUseCredentials: true,
      deleteAfterProcessing: false,
      active: true,
    },
    addressKey: `${id}@example.org`,
    ownership: 1,
    profileV: 1,
    profileActive: true,
    rhythmV: 1,
    approval: {},
    machine: { n: 0 },
    status,
    lastTests: {},
    timerSeqs: {},
    inbox: [],
    outbox: [],
    history: [],
    createdAt: 1,
    changedAt: 1,
    living: true,
    ...change,
  };
}
function commit(from: MailboxDocument<Machine>, change: Partial<MailboxCommit<Machine>> = {}): MailboxCommit<Machine> {
  const { configuration, ownership, profileV, profileActive, rhythmV, approval, machine, lastTests, timerSeqs } = from;
  const rest = {
    configuration,
    ownership,
    profileV,
    profileActive,
    rhythmV,
    approval,
    machine,
    status,
    lastTests,
    timerSeqs,
  };
  return { ...rest, inbox: [], outbox: [], history: [], changedAt: 2, ...change };
}

test("of fifty racing commits exactly one wins", async () => {
  const first = document("mb_race");
  await mailboxes.insert(first);
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, n) => mailboxes.commit("mb_race", 1, commit(first, { machine: { n } }))),
  );
  const won = results.filter((result) => result !== null);
  assert.equal(won.length, 1);
  assert.deepEqual(await mailboxes.load("mb_race"), won[0]);
});

test("a commit adds to the inbox and cuts off the oldest, and takes away what it does not name", async () => {
  const inbox = Array.from({ length: inboxLength }, (_, n) => ({ id: `c${n}`, at: n }));
  const first = document("mb_long", { inbox, rearmAt: 5 });
  first.configuration.name = "Sales";
  await mailboxes.insert(first);
  const configuration = { ...first.configuration, name: undefined };
  const after = await mailboxes.commit("mb_long", 1, commit(first, { configuration, inbox: [{ id: "new", at: 99 }] }));
  assert.ok(after && after !== "address-taken");
  assert.deepEqual([after.v, after.inbox.length, after.inbox[0]?.id, after.inbox.at(-1)?.id], [2, 64, "c1", "new"]);
  assert.deepEqual([after.configuration.name, after.rearmAt], [undefined, undefined]);
});

test("an address belongs to one living mailbox; a deleted one sets it free and is found no more", async () => {
  const first = document("mb_one", { addressKey: "shared@example.org" });
  first.configuration.address = "Shared@example.org";
  const second = document("mb_two", { addressKey: "shared@example.org" });
  assert.equal(await mailboxes.insert(first), "inserted");
  assert.equal(await mailboxes.insert(first), "exists");
  assert.equal(await mailboxes.insert(second), "address-taken");
  assert.equal((await mailboxes.find({ address: "SHARED@example.org" }))?._id, "mb_one");
  await mailboxes.commit("mb_one", 1, commit(first, { expireAt: new Date(Date.now() + 1e9) }));
  assert.equal(await mailboxes.insert(second), "inserted");
  assert.equal(await mailboxes.find({ id: "mb_one" }), null);
  assert.ok(await mailboxes.load("mb_one"), "the tombstone is there for those who step");
  const third = document("mb_three");
  await mailboxes.insert(third);
  const configuration = { ...third.configuration, address: "SHARED@example.org" };
  assert.equal(await mailboxes.commit("mb_three", 1, commit(third, { configuration })), "address-taken");
});

test("exactly what was published is pulled, and the sweep finds what is old enough", async () => {
  await mailboxes.insert(document("mb_wait", { outbox: [message("a", 10), message("b", 20)] }));
  await mailboxes.insert(document("mb_late", { outbox: [message("c", 90)] }));
  assert.deepEqual(
    (await mailboxes.waitingOutboxes(50, 10)).map((one) => one._id),
    ["mb_wait"],
  );
  await mailboxes.pull("mb_wait", ["a", "not there"]);
  assert.deepEqual(
    (await mailboxes.load("mb_wait"))?.outbox.map((entry) => entry.id),
    ["b"],
  );
});

test("the sweeps are served by their partial indexes", async () => {
  const planned = async (filter: object) =>
    JSON.stringify(
      (await store.db.collection("mailboxes").find(filter).explain("queryPlanner")) as { queryPlanner: unknown },
    );
  const outbox = await planned({ "outbox.0": { $exists: true }, "outbox.at": { $lt: 50 } });
  assert.match(outbox, /"indexName":"outbox"/);
  const behind = await planned({ living: true, "configuration.profileId": "pf_0001", profileV: { $lt: 2 } });
  assert.match(behind, /"indexName":"profile"/);
  const rhythm = await planned({ living: true, rhythmV: { $lt: 2 } });
  assert.match(rhythm, /"indexName":"rhythm"/);
  const rearm = await planned({ rearmAt: { $exists: true, $lt: 5 }, living: true });
  assert.match(rearm, /"indexName":"rearm"/);
});
