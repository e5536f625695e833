import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startGraphDouble } from "@mailfleet/local/doubles";
import { eventually } from "@mailfleet/local/testing";
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
const stateOf = async (sendId: string) => (await given.get(sendId)).state;

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
});
