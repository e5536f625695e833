import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { type GivenMailbox, givenOutbound } from "./given-outbound.ts";
import { type Sink, startSink } from "./sink.ts";

const given = await givenOutbound();
const sinks: Sink[] = [];
const sink = async (...args: Parameters<typeof startSink>) => {
  const started = await startSink(...args);
  sinks.push(started);
  return started;
};
after(async () => {
  await given.stop();
  for (const each of sinks) await each.stop();
});
const stateOf = async (sendId: string) => (await given.get(sendId)).state;
const reportsOf = ({ id }: GivenMailbox) => given.reports.filter(({ body }) => body.mailboxId === id);
const bad = (address: string) => (address.startsWith("bad") ? "451 4.3.0 lookup failure" : "250 ok");

describe("whose failure it is", () => {
  before(() => given.start({ policy: { maximumDeferrals: 4 } }));

  it("recipients beyond what the server takes at once go in further transactions, at once", async () => {
    for (const reply of ["552 5.5.3 Too many recipients", "452 4.5.3 Too many recipients", "552 exceeded"]) {
      let taken = 0;
      const target = await sink({
        mail: () => {
          taken = 0;
          return "250 ok";
        },
        rcpt: () => (++taken > 3 ? reply : "250 ok"),
      });
      // A try that waits would wait for longer than this test.
      const mailbox = given.mailbox(target.port, { retryMs: 600_000 });
      const to = Array.from({ length: 10 }, (_, n) => `r${n}@example.org`);
      const send = await given.submit(mailbox, "many", { to });
      await eventually(async () => (await stateOf(send.id)) === "sent", { timeoutMs: 10_000 });
      const done = await given.get(send.id);
      assert.deepEqual([target.taken.length, done.rejectedRecipients], [4, []]);
      assert.deepEqual(reportsOf(mailbox), []);
    }
  });

  it("one message at which the server goes away or falls silent ends by itself; others pass", async () => {
    for (const reply of ["421 4.3.2 going away", "451 4.3.0 lookup failure", "drop"]) {
      const target = await sink({ rcpt: (address) => (address.startsWith("bad") ? reply : "250 ok") });
      const mailbox = given.mailbox(target.port, { retryMs: 20 });
      const poor = await given.submit(mailbox, "bad", { to: ["bad@example.org"] });
      const good = await given.submit(mailbox, "good");
      await eventually(async () => (await stateOf(good.id)) === "sent");
      await eventually(async () => (await stateOf(poor.id)) === "failed", { timeoutMs: 10_000 });
      assert.equal((await given.get(poor.id)).attempts.length, 4);
      assert.deepEqual(reportsOf(mailbox), []);
      assert.equal(mailbox.state, "enabled.running");
    }
  });

  it("three different messages that meet the same make the mailbox wait; one that passes lets it go on", async () => {
    const target = await sink({ rcpt: bad });
    const mailbox = given.mailbox(target.port, { retryMs: 600_000 });
    const poor: { id: string }[] = [];
    for (const key of ["bad1", "bad2", "bad3"]) {
      const { id } = await given.submit(mailbox, key, { to: [`${key}@example.org`] });
      poor.push({ id });
      await eventually(async () => ["deferred", "waiting"].includes(await stateOf(id)));
    }
    await eventually(() => mailbox.state === "enabled.retrying");
    const [report, ...more] = reportsOf(mailbox);
    assert.deepEqual([report?.type, more.length], ["mailbox.run-failed.v1", 0]);
    assert.match(JSON.stringify(report?.body.failure), /"SERVER_UNAVAILABLE"/);
    const good = await given.submit(mailbox, "good");
    await eventually(async () => (await stateOf(good.id)) === "waiting");
    await given.syncRun(mailbox);
    await eventually(async () => (await stateOf(good.id)) === "sent", { timeoutMs: 10_000 });
    await eventually(() => mailbox.state === "enabled.running");
    // They are known now: tried again, each waits by itself.
    await eventually(async () => (await Promise.all(poor.map(({ id }) => stateOf(id)))).every((s) => s === "deferred"));
    assert.equal(mailbox.state, "enabled.running");
  });
});
