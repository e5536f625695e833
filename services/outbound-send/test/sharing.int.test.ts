import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startGraphDouble } from "@mailfleet/local/doubles";
import { eventually } from "@mailfleet/local/testing";
import { createSendStore } from "../send/store.ts";
import { givenOutbound } from "./given-outbound.ts";
import { unreadable } from "./instance.ts";
import { type Sink, startSink } from "./sink.ts";

const given = await givenOutbound();
const sinks: Sink[] = [];
after(async () => {
  await given.stop();
  for (const each of sinks) await each.stop();
});
const sink = async (...args: Parameters<typeof startSink>) => {
  const started = await startSink(...args);
  sinks.push(started);
  return started;
};
/** MongoDB refuses what would be like this, until it is called without. */
const refuse = (like?: object) =>
  given.store.db.command({ collMod: "sends", validator: like ? { $nor: [like] } : {}, validationLevel: "strict" });
const stateOf = async (sendId: string) => (await given.get(sendId)).state;

describe("sends of several mailboxes", () => {
  it("are claimed together: what the database refuses for one is not the others'", async (t) => {
    await refuse({ _id: "sn_refused_b", state: "sending" });
    t.after(() => refuse());
    const [one, other] = [given.mailbox(1), given.mailbox(1)];
    const documents = ["sn_refused_a", "sn_refused_b", "sn_quiet_a"].map((id) => ({
      ...given.document(id === "sn_quiet_a" ? other : one, id),
      due: Date.now() + 3_600_000,
    }));
    await given.store.db.collection<{ _id: string }>("sends").insertMany(documents);
    const sends = createSendStore(given.store, "test");
    const [first = [], second = []] = await Promise.all(
      [one, other].map(({ id }) => sends.due(id, Date.now() + 7_200_000, 10)),
    );
    const claimed = await Promise.all([
      sends.claim(first, { owner: "test/0", batch: "test:1", now: Date.now() }),
      sends.claim(second, { owner: "test/0", batch: "test:2", now: Date.now() }),
    ]);
    const ids = claimed.map((some) => some.map(({ id }) => id));
    assert.deepEqual(ids, [["sn_refused_a"], ["sn_quiet_a"]]);
    await given.store.db.collection<{ _id: string }>("sends").deleteMany({ _id: { $in: documents.map((d) => d._id) } });
  });
});

describe("mailboxes that share a holder of credentials", () => {
  before(() => given.start());

  it("get back what one took that cannot open its credentials", async () => {
    const target = await sink();
    const holder = "shared-unreadable";
    const shared = { holder, maximumConcurrentConnections: 1 };
    const broken = Array.from({ length: 10 }, () => given.mailbox(target.port, { ...shared, secret: unreadable }));
    const waiting = await Promise.all(broken.map((mailbox) => given.submit(mailbox, `unreadable-${mailbox.id}`)));
    for (const send of waiting)
      await eventually(async () => (await stateOf(send.id)) === "waiting", { timeoutMs: 10_000 });
    assert.equal((await given.get(waiting[0]?.id ?? "")).lastError?.code, "CREDENTIALS_UNREADABLE");
    const started = Date.now();
    const good = await given.submit(given.mailbox(target.port, shared), "eleventh");
    await eventually(async () => (await stateOf(good.id)) === "sent", { timeoutMs: 10_000 });
    assert.ok(Date.now() - started < 5000, "it did not wait for permits to run out");
  });

  it("are served while one of them is busy: the only send of a quiet one is soon sent", async () => {
    const target = await sink({ final: () => delay(20, "250 ok") });
    const shared = { holder: "shared-busy", maximumConcurrentConnections: 2 };
    const [busy, quiet] = [given.mailbox(target.port, shared), given.mailbox(target.port, shared)];
    const many = await Promise.all(Array.from({ length: 400 }, (_, n) => given.submit(busy, `busy${n}`)));
    await eventually(() => target.taken.length > 5);
    const one = await given.submit(quiet, "quiet");
    await eventually(async () => (await stateOf(one.id)) === "sent", { timeoutMs: 10_000 });
    const before = target.taken.indexOf(one.messageId);
    assert.ok(before < 200, `${before} of the busy mailbox went first`);
    assert.ok(target.most <= 2);
    await eventually(() => target.taken.length === many.length + 1, { timeoutMs: 60_000 });
  });

  it("are served by Graph, each in a session of its own, while one of them has all permits", async (t) => {
    const graph = await startGraphDouble({
      oauth: { introspect: () => ({ account: "", clientId: "app", scopes: ["Mail.Send"] }) },
    });
    t.after(() => graph.stop());
    const shared = { holder: "shared-graph", maximumConcurrentConnections: 2, graph: graph.url };
    const [busy, quiet] = [given.mailbox(1, shared), given.mailbox(1, shared)];
    for (const { id } of [busy, quiet]) graph.addMailbox(`${id}@example.org`);
    await Promise.all(Array.from({ length: 60 }, (_, n) => given.submit(busy, `graph${n}`)));
    await eventually(() => graph.sent.length === 60, { timeoutMs: 20_000 });
    const one = await given.submit(quiet, "quiet");
    await eventually(async () => (await stateOf(one.id)) === "sent", { timeoutMs: 5000 });
  });

  it("are looked at by the sweep one by one: what goes wrong with one is not the others'", async () => {
    const target = await sink();
    const [bad, good] = [given.mailbox(target.port), given.mailbox(target.port)];
    given.failing.add(bad.id);
    const [first, second] = [given.document(bad, "sn_sweepbad1"), given.document(good, "sn_sweepgood1")];
    await given.store.db.collection<{ _id: string }>("sends").insertMany([first, second]);
    await eventually(async () => (await stateOf(second._id)) === "sent", { timeoutMs: 10_000 });
    assert.equal(await stateOf(first._id), "accepted");
    given.failing.delete(bad.id);
    await eventually(async () => (await stateOf(first._id)) === "sent", { timeoutMs: 10_000 });
  });

  it("lose no result: what the database refuses for one is written when it takes it, the others' at once", async (t) => {
    const target = await sink();
    const mailbox = given.mailbox(target.port);
    await refuse({ idempotencyKey: "result-refused", state: "sent" });
    t.after(() => refuse());
    const sent = await Promise.all(["result-refused", "result-a", "result-b"].map((key) => given.submit(mailbox, key)));
    await eventually(() => target.taken.length === 3);
    for (const { id } of sent.slice(1)) await eventually(async () => (await stateOf(id)) === "sent");
    assert.equal(await stateOf(sent[0]?.id ?? ""), "sending");
    await refuse();
    await eventually(async () => (await stateOf(sent[0]?.id ?? "")) === "sent");
    assert.equal(target.taken.length, 3, "nothing went out twice");
  });
});
