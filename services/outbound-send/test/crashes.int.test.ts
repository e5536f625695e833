import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { FailPointName } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { crashOnce, givenOutbound } from "./given-outbound.ts";
import { type Sink, startSink } from "./sink.ts";

const given = await givenOutbound();
const sinks: Sink[] = [];
after(async () => {
  await given.stop();
  for (const each of sinks) await each.stop();
});

/** What a send ends as if the process dies at this point, by policy, and how often the server took it. */
const cases: [point: FailPointName, policy: "hold" | "resend", state: string, taken: number][] = [
  ["outbound.after-accept", "hold", "sent", 1],
  ["outbound.after-attempt-started", "hold", "uncertain", 0],
  ["outbound.after-attempt-started", "resend", "sent", 1],
  ["outbound.after-server-accepted", "hold", "uncertain", 1],
  // The one honest price of `resend`: twice, with the same Message-ID.
  ["outbound.after-server-accepted", "resend", "sent", 2],
  ["outbound.after-result", "hold", "sent", 1],
];

describe("dying while sending", () => {
  for (const [point, policy, state, taken] of cases)
    it(`at ${point} with ${policy}: ${state}, taken ${taken} times, facts told`, async () => {
      const target = await startSink();
      sinks.push(target);
      const mailbox = given.mailbox(target.port, { uncertainPolicy: policy });
      const crash = crashOnce(point);
      const fast = { leaseMs: 600 };
      const first = await given.start({ failPoint: crash, policy: fast });
      const sendId = `sn_crash${Math.random().toString(36).slice(2, 10)}`;
      const answer = await given.submit(mailbox, point, { sendId }).catch((error: Error) => error);
      await eventually(() => crash.hits === 1);
      if (point === "outbound.after-accept") assert.ok(answer instanceof Error);
      await first.stop();
      const second = await given.start({ policy: fast });
      await eventually(async () => (await given.get(sendId)).state === state, { timeoutMs: 10_000 });
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
      if (point === "outbound.after-accept") assert.equal((await given.submit(mailbox, point, { sendId })).id, sendId);
      await second.stop();
    });

  it("stops without losing or doubling anything, and another instance goes on", async () => {
    const target = await startSink({ final: () => delay(5, "250 ok") });
    sinks.push(target);
    const mailboxes = [1, 2].map(() => given.mailbox(target.port));
    const first = await given.start();
    const sends = await Promise.all(
      Array.from({ length: 200 }, (_, n) => given.submit(mailboxes[n % 2] ?? assert.fail(), `stop${n}`)),
    );
    await eventually(() => target.taken.length > 20);
    const second = await given.start();
    await first.stop();
    await eventually(() => target.taken.length >= 200, { timeoutMs: 30_000 });
    const states = async () => new Set(await Promise.all(sends.map(async ({ id }) => (await given.get(id)).state)));
    await eventually(async () => [...(await states())].join() === "sent", { timeoutMs: 15_000 });
    assert.deepEqual(target.taken.toSorted(), sends.map(({ messageId }) => messageId).toSorted());
    await second.stop();
  });
});
