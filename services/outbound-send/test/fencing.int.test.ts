import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "@mailfleet/local/testing";
import { givenOutbound } from "./given-outbound.ts";
import { type Sink, startSink } from "./sink.ts";

const given = await givenOutbound();
const sinks: Sink[] = [];
after(async () => {
  await given.stop();
  for (const each of sinks) await each.stop();
});

/** A sink that has the whole message and answers when it is told to. */
async function silentSink() {
  const answer = Promise.withResolvers<string>();
  const sink = await startSink({ final: () => answer.promise });
  sinks.push(sink);
  return { sink, answer: () => answer.resolve("250 2.0.0 taken late") };
}

/** From the store: a question on the bus may be put to the frozen process. */
const stateOf = async (sendId: string) => (await given.stored(sendId))?.state;
const factsOf = (sendId: string) => given.facts.filter(({ body }) => body.sendId === sendId).map(({ type }) => type);
const alertsOf = (sendId: string) =>
  given.facts
    .filter(({ type, body }) => type.startsWith("alert.") && (body.object as { id: string }).id === sendId)
    .map(({ type }) => type);

describe("a process that was frozen for longer than its lease", () => {
  it("hears a late 250: a send that another process holds as uncertain is sent, and its alert is over", async () => {
    const { sink, answer } = await silentSink();
    const mailbox = given.mailbox(sink.port, { uncertainPolicy: "hold" });
    const frozen = await given.startProcess();
    const send = await given.submit(mailbox, "late-hold");
    await eventually(() => sink.contents === 1);
    frozen.process.kill("SIGSTOP");
    const other = await given.start();
    await eventually(async () => (await stateOf(send.id)) === "uncertain", { timeoutMs: 10_000 });
    answer();
    frozen.process.kill("SIGCONT");
    await eventually(async () => (await stateOf(send.id)) === "sent", { timeoutMs: 10_000 });
    assert.equal((await given.stored(send.id))?.answer, "250 2.0.0 taken late");
    await eventually(() => factsOf(send.id).includes("mail.sent.v1"));
    await eventually(() => alertsOf(send.id).join() === "alert.raised.v1,alert.cleared.v1");
    assert.deepEqual(sink.taken, [send.messageId]);
    await Promise.all([frozen.end(), other.stop()]);
  });

  it("hears a late 250: a send that waits to be sent again is sent, and never a second time", async () => {
    const { sink, answer } = await silentSink();
    const mailbox = given.mailbox(sink.port, { uncertainPolicy: "resend", retryMs: 4000 });
    const frozen = await given.startProcess();
    const send = await given.submit(mailbox, "late-resend");
    await eventually(() => sink.contents === 1);
    frozen.process.kill("SIGSTOP");
    const other = await given.start();
    await eventually(async () => (await stateOf(send.id)) === "deferred", { timeoutMs: 10_000 });
    answer();
    frozen.process.kill("SIGCONT");
    await eventually(async () => (await stateOf(send.id)) === "sent", { timeoutMs: 10_000 });
    // Past the time of the second attempt.
    await delay(5000);
    assert.equal(sink.contents, 1);
    assert.deepEqual(sink.taken, [send.messageId]);
    await Promise.all([frozen.end(), other.stop()]);
  });

  it("hands nothing over that it had claimed before: each message goes out once, by the other process", async () => {
    const { sink, answer } = await silentSink();
    const mailbox = given.mailbox(sink.port, { maximumConcurrentConnections: 1 });
    const frozen = await given.startProcess();
    const sends = await Promise.all(Array.from({ length: 30 }, (_, n) => given.submit(mailbox, `frozen${n}`)));
    await eventually(() => sink.contents === 1);
    await eventually(async () => (await given.count({ mailboxId: mailbox.id, state: "sending" })) >= 16);
    frozen.process.kill("SIGSTOP");
    const other = await given.start();
    await eventually(async () => (await given.count({ mailboxId: mailbox.id, state: "uncertain" })) === 1, {
      timeoutMs: 10_000,
    });
    answer();
    await eventually(async () => (await given.count({ mailboxId: mailbox.id, state: "sent" })) >= 29, {
      timeoutMs: 20_000,
    });
    frozen.process.kill("SIGCONT");
    await eventually(async () => (await given.count({ mailboxId: mailbox.id, state: "sent" })) === 30, {
      timeoutMs: 20_000,
    });
    await delay(500);
    assert.equal(sink.taken.length, 30);
    assert.deepEqual(sink.taken.toSorted(), sends.map(({ messageId }) => messageId).toSorted());
    await Promise.all([frozen.end(), other.stop()]);
  });

  it("hands nothing over although its lease is free again: another process began to take over and was not done", async () => {
    const [odd, whole] = [await silentSink(), await silentSink()];
    const undecided = given.mailbox(odd.sink.port);
    const mailbox = given.mailbox(whole.sink.port, { maximumConcurrentConnections: 1 });
    const frozen = await given.startProcess();
    await given.submit(undecided, "undecided");
    const sends = await Promise.all(Array.from({ length: 20 }, (_, n) => given.submit(mailbox, `half${n}`)));
    await eventually(() => odd.sink.contents === 1 && whole.sink.contents === 1);
    await eventually(async () => (await given.count({ mailboxId: mailbox.id, state: "sending" })) >= 16);
    frozen.process.kill("SIGSTOP");
    // What becomes of one that was on the wire cannot be decided; what was only claimed goes out by the other process.
    given.failing.add(undecided.id);
    const other = await given.start();
    await eventually(() => whole.sink.contents === 2, { timeoutMs: 10_000 });
    frozen.process.kill("SIGCONT");
    // It has found its lease free by then, and taken it again.
    await delay(1000);
    for (const { answer } of [odd, whole]) answer();
    await eventually(async () => (await given.count({ mailboxId: mailbox.id, state: "sent" })) === 20, {
      timeoutMs: 20_000,
    });
    await delay(500);
    assert.deepEqual(whole.sink.taken.toSorted(), sends.map(({ messageId }) => messageId).toSorted());
    given.failing.delete(undecided.id);
    await Promise.all([frozen.end(), other.stop()]);
  });
});
