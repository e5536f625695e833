import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { FailPointName } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { givenOutbound } from "./given-outbound.ts";
import { type Sink, startSink } from "./sink.ts";

const given = await givenOutbound();
const sinks: Sink[] = [];
after(async () => {
  await given.stop();
  for (const each of sinks) await each.stop();
});

/** What a send ends as if the process is killed at this point, by policy, and how often the server took it. */
const cases: [point: FailPointName, policy: "hold" | "resend", state: string, taken: number][] = [
  ["outbound.after-accept", "hold", "sent", 1],
  // Claimed, and nothing of it was sent: it goes out by itself, whatever the policy.
  ["outbound.after-claim", "hold", "sent", 1],
  ["outbound.after-claim", "resend", "sent", 1],
  ["outbound.before-content", "hold", "uncertain", 0],
  ["outbound.before-content", "resend", "sent", 1],
  ["outbound.after-server-accepted", "hold", "uncertain", 1],
  // The one honest price of `resend`: twice, with the same Message-ID.
  ["outbound.after-server-accepted", "resend", "sent", 2],
  ["outbound.after-result", "hold", "sent", 1],
];

describe("killed while sending", () => {
  for (const [point, policy, state, taken] of cases)
    it(`at ${point} with ${policy}: ${state}, taken ${taken} times, facts told`, async () => {
      const target = await startSink();
      sinks.push(target);
      const mailbox = given.mailbox(target.port, { uncertainPolicy: policy });
      const first = await given.startProcess({ failPoints: [`${point}:1`] });
      const sendId = `sn_crash${Math.random().toString(36).slice(2, 10)}`;
      const answer = given.submit(mailbox, point, { sendId }).catch((error: Error) => error);
      await first.ended;
      const second = await given.start();
      await eventually(async () => (await given.get(sendId)).state === state, { timeoutMs: 15_000 });
      const send = await given.get(sendId);
      assert.deepEqual(
        target.taken,
        Array.from({ length: taken }, () => send.messageId),
      );
      const type = state === "sent" ? "mail.sent.v1" : "mail.uncertain.v1";
      await eventually(() => given.facts.some((fact) => fact.type === type && fact.body.sendId === sendId));
      await eventually(
        async () => (await given.store.db.collection("sends").countDocuments({ "outbox.0": { $exists: true } })) === 0,
      );
      if (point === "outbound.after-accept") {
        assert.ok((await answer) instanceof Error);
        assert.equal((await given.submit(mailbox, point, { sendId })).id, sendId);
      }
      await second.stop();
    });

  /** A send that a process had claimed when it was lost, and what it had learnt of an earlier attempt. */
  const lostWith = async (owner: string, more: object) => {
    const target = await startSink();
    sinks.push(target);
    const mailbox = given.mailbox(target.port);
    const id = `sn_${owner.replaceAll("/", "")}`;
    const { due: _due, ...send } = given.document(mailbox, id);
    const claim = { owner, startedAt: Date.now(), batch: `${owner}:c1` };
    await given.store.db
      .collection<{ _id: string }>("sends")
      .insertOne({ ...send, state: "sending", attempt: 2, claim, ...more } as { _id: string });
    return { id, target, mailbox };
  };
  const leaveJournal = (_id: string, wire: readonly string[], answers: Record<string, string> = {}) =>
    given.store.db.collection<{ _id: string }>("sendJournals").insertOne({ _id, wire, answers } as { _id: string });
  const late = { attempt: 1, answer: "250 taken late" };

  it("with a claim that was stored after the journal was taken over: it goes out", async () => {
    const { id, target } = await lostWith("gone/0", {});
    const other = await given.start();
    await eventually(async () => (await given.stored(id))?.state === "sent");
    assert.equal(target.taken.length, 1);
    await other.stop();
  });

  for (const [owner, wire] of [
    ["gone/1", []],
    ["gone/2", ["sn_gone2:2"]],
  ] as const)
    it(`after an earlier attempt was heard of late: it is sent, and not once more (${wire.length} on the wire)`, async () => {
      const { id, target } = await lostWith(owner, { late });
      await leaveJournal(owner, wire);
      const other = await given.start();
      await eventually(async () => (await given.stored(id))?.state === "sent");
      assert.equal((await given.stored(id))?.answer, late.answer);
      await eventually(() => given.facts.some(({ type, body }) => type === "mail.sent.v1" && body.sendId === id));
      assert.deepEqual(target.taken, []);
      await other.stop();
    });

  it("with an answer that only its journal has: it is sent, and not once more", async () => {
    const { id, target } = await lostWith("gone/7", {});
    await leaveJournal("gone/7", [`${id}:2`], { [`${id}:1`]: "250 of another", [`${id}:2`]: "250 kept" });
    const other = await given.start();
    await eventually(async () => (await given.stored(id))?.state === "sent");
    assert.equal((await given.stored(id))?.answer, "250 kept");
    await eventually(() => given.facts.some(({ type, body }) => type === "mail.sent.v1" && body.sendId === id));
    assert.deepEqual(target.taken, []);
    await other.stop();
  });

  it("after it was given back, although an earlier attempt was heard of late: it is sent, and not once more", async () => {
    const { id, target } = await lostWith("gone/3", { late, state: "accepted", claim: undefined, due: 1 });
    const other = await given.start();
    await eventually(async () => (await given.stored(id))?.state === "sent");
    await eventually(() => given.facts.some(({ type, body }) => type === "mail.sent.v1" && body.sendId === id));
    assert.deepEqual(target.taken, []);
    await other.stop();
  });

  it("with several mailboxes, about one of which nothing can be learnt: the others are taken over", async () => {
    const [odd, fine] = [await lostWith("gone/5", {}), await lostWith("gone/6", {})];
    given.failing.add(odd.mailbox.id);
    await leaveJournal("gone/5", [`${odd.id}:2`]);
    await leaveJournal("gone/6", [`${fine.id}:2`]);
    const other = await given.start();
    await eventually(async () => (await given.stored(fine.id))?.state === "uncertain");
    assert.equal((await given.stored(odd.id))?.state, "sending");
    given.failing.clear();
    await eventually(async () => (await given.stored(odd.id))?.state === "uncertain");
    await other.stop();
  });

  it("and its large message is lost: it is put off like any other, not tried without a pause", async () => {
    const body = { uploadId: "up_gone", eightBit: false, eightBitHeader: false, head: "Subject: gone\r\n\r\n" };
    const { id } = await lostWith("gone/4", { state: "accepted", claim: undefined, due: 1, raw: undefined, body });
    const other = await given.start();
    await eventually(async () => (await given.stored(id))?.state === "deferred");
    await other.stop();
  });

  it("leaves uncertain only what was on the wire; the rest goes out by itself, once", async () => {
    const connections = 3;
    let slow = true;
    const target = await startSink({ final: async () => (slow ? delay(60_000, "drop", { ref: false }) : "250 ok") });
    sinks.push(target);
    const mailbox = given.mailbox(target.port, { maximumConcurrentConnections: connections });
    const first = await given.startProcess();
    const sends = await Promise.all(Array.from({ length: 100 }, (_, n) => given.submit(mailbox, `kill${n}`)));
    await eventually(() => target.contents >= connections, { timeoutMs: 10_000 });
    await eventually(async () => (await given.count({ state: "sending" })) >= 16);
    first.process.kill("SIGKILL");
    slow = false;
    const second = await given.start();
    const states = async () => (await Promise.all(sends.map(({ id }) => given.get(id)))).map(({ state }) => state);
    await eventually(async () => (await states()).every((state) => state === "sent" || state === "uncertain"), {
      timeoutMs: 60_000,
    });
    const uncertain = (await states()).filter((state) => state === "uncertain").length;
    assert.ok(uncertain >= 1 && uncertain <= connections, `${uncertain} are uncertain`);
    assert.equal(target.taken.length, 100 - uncertain);
    assert.equal(new Set(target.taken).size, 100 - uncertain);
    await second.stop();
  });

  it("stops without losing or doubling anything, and another instance goes on", async () => {
    const target = await startSink({ final: () => delay(5, "250 ok") });
    sinks.push(target);
    const mailboxes = [1, 2].map(() => given.mailbox(target.port));
    // What is left is told to the other one: no sweep finds it.
    const policy = { dueLookMs: 3_600_000 };
    const first = await given.start({ policy });
    const submit = (count: number, tag: string) =>
      Promise.all(Array.from({ length: count }, (_, n) => given.submit(mailboxes[n % 2] ?? assert.fail(), tag + n)));
    const sends = await submit(200, "stop");
    await eventually(() => target.taken.length > 20);
    const second = await given.start({ policy });
    const stopped = first.stop();
    // Some of these come to the one that stops.
    for (let n = 0; n < 20; n++) sends.push(...(await submit(2, `late${n}.`)));
    await stopped;
    await eventually(() => target.taken.length >= sends.length, { timeoutMs: 30_000 });
    const states = async () => new Set(await Promise.all(sends.map(async ({ id }) => (await given.get(id)).state)));
    await eventually(async () => [...(await states())].join() === "sent", { timeoutMs: 15_000 });
    assert.deepEqual(target.taken.toSorted(), sends.map(({ messageId }) => messageId).toSorted());
    await second.stop();
  });

  it("what it accepts while it stops waits for no sweep, also where its own drain was about to look", async () => {
    let reached = 0;
    const target = await startSink({ final: () => delay(++reached === 1 ? 5 : 400, "250 ok") });
    sinks.push(target);
    const mailbox = given.mailbox(target.port);
    const policy = { dueLookMs: 3_600_000 };
    const first = await given.start({ policy });
    await given.submit(mailbox, "first");
    await eventually(() => target.taken.length === 1, { everyMs: 1 });
    // The drain lingers, without a wake-up, and is on the wire when the service is asked to stop.
    await given.submit(mailbox, "second");
    await eventually(() => reached === 2, { everyMs: 1 });
    const stopped = first.stop();
    await given.submit(mailbox, "third");
    await stopped;
    const second = await given.start({ policy });
    await eventually(() => target.taken.length === 3, { timeoutMs: 10_000 });
    await second.stop();
  });
});
