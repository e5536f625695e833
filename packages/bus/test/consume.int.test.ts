import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { consumers, type DeadLetterBody, PoisonMessage } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { connect } from "@nats-io/transport-node";
import { type Bus, BusOutage, type Incoming } from "../src/index.ts";
import { makeStreams } from "../src/topology/index.ts";
import { givenNats, ownStream, timerFired } from "./given-bus.ts";

const given = await givenNats();
let bus: Bus;
const dead: { subject: string; body: DeadLetterBody }[] = [];
before(async () => {
  bus = await given.connect();
  await bus.consume(consumers.alertingDeadLetters, {
    types: ["dead.letter.v1"],
    concurrency: 10,
    handle: async (message) => void dead.push({ subject: message.subject, body: message.body }),
  });
});
after(() => given.stop());

/** A stream of its own, `count` messages in it, and its consumer. */
async function givenMessages(name: string, count: number, key = (n: number) => n, ackWaitMs = 2000) {
  const { stream, consumer } = ownStream(name, ackWaitMs);
  await makeStreams(given.engine, [stream], [consumer]);
  await bus.publishAll(
    Array.from({ length: count }, (_, n) =>
      timerFired(n, { id: `${name}:${n}`, subject: `${name.toLowerCase()}.k${key(n)}` }),
    ),
  );
  return { stream, consumer };
}
const types = ["mailbox.timer-fired.v1"] as const;
const left = async (name: string) => (await bus.streamUsage()).find((one) => one.name === name)?.bytes === 0;

test("headers and body arrive as they were sent", async () => {
  const { stream, consumer } = ownStream("WHOLE");
  await makeStreams(given.engine, [stream], [consumer]);
  const sent = timerFired(7, { subject: "whole.a", correlation: "c1", causation: "c0", traceparent: "00-aa-bb-01" });
  await bus.publish(sent);
  const seen: Incoming<"mailbox.timer-fired.v1">[] = [];
  const consumption = await bus.consume(consumer, { types, concurrency: 1, handle: async (m) => void seen.push(m) });
  await eventually(() => seen.length === 1);
  assert.deepEqual(seen[0], { ...sent, sequence: 1, deliveries: 1 });
  await consumption.stop();
});

test("malformed, unknown, not JSON: dead letters at once, and the consumer goes on", async () => {
  const { consumer } = await givenMessages("POISON", 0);
  const nc = await connect({ servers: given.engine.url });
  nc.publish("poison.a", "this is not JSON");
  await nc.flush();
  await nc.close();
  await bus.publish(timerFired(1, { id: "p1", subject: "poison.b", body: { mailboxId: 42 } }));
  await bus.publish(timerFired(2, { id: "p2", subject: "poison.c", type: "mailbox.nobody-knows.v1" }));
  await bus.publish(timerFired(3, { id: "p3", subject: "poison.d" }));
  const seen: string[] = [];
  const consumption = await bus.consume(consumer, { types, concurrency: 2, handle: async (m) => void seen.push(m.id) });
  await eventually(() => seen.length === 1 && dead.filter((one) => one.body.stream === "POISON").length === 3);
  const reasons = dead.filter((one) => one.body.stream === "POISON").map((one) => one.body.reason);
  assert.match(reasons.join("\n"), /not JSON/);
  assert.match(reasons.join("\n"), /malformed: \/mailboxId/);
  assert.match(reasons.join("\n"), /mailbox\.nobody-knows\.v1 is not known/);
  const letter = dead.find((one) => one.body.subject === "poison.c");
  assert.equal(letter?.subject, "dead.config.poison-consumer");
  assert.equal(letter?.body.headers["Nats-Msg-Id"], "p2");
  assert.match(Buffer.from(letter?.body.data ?? "", "base64").toString(), /"mailboxId":"mb_test2"/);
  await eventually(() => left("POISON"), { what: "nothing left in the stream" });
  await consumption.stop();
});

test("a handler that keeps failing has five tries, then the message is a dead letter", async () => {
  const { consumer } = await givenMessages("FAILING", 3, () => 1);
  const seen: number[] = [];
  const consumption = await bus.consume(consumer, {
    types,
    concurrency: 10,
    keyOf: (message) => message.subject,
    handle: async (message) => {
      seen.push(message.generation ?? -1);
      if (message.generation === 0) throw new TypeError("a bug");
    },
  });
  await eventually(() => seen.length === 7);
  assert.deepEqual(seen, [0, 0, 0, 0, 0, 1, 2], "what follows on the same key waits for its turn");
  await eventually(() => dead.some((one) => one.body.stream === "FAILING" && one.body.reason === "TypeError: a bug"));
  await eventually(() => left("FAILING"));
  await consumption.stop();
});

test("an outage is waited out in place and never counted", async () => {
  const { consumer } = await givenMessages("OUTAGE", 2, () => 1);
  const seen: number[] = [];
  class DatabaseAway extends Error {}
  const consumption = await bus.consume(consumer, {
    types,
    concurrency: 1,
    isOutage: (error) => error instanceof DatabaseAway,
    handle: async (message) => {
      seen.push(message.generation ?? -1);
      assert.equal(message.deliveries, 1);
      if (seen.length <= 4) throw new DatabaseAway();
      if (seen.length === 5) throw new BusOutage("away");
    },
  });
  await eventually(() => seen.length === 7);
  assert.deepEqual(seen, [0, 0, 0, 0, 0, 0, 1]);
  assert.equal(dead.filter((one) => one.body.stream === "OUTAGE").length, 0);
  await consumption.stop();
});

test("one key after another, different keys at the same time, never more than the concurrency", async () => {
  const { consumer } = await givenMessages("KEYED", 40, (n) => n % 4);
  const busy = new Map<string, number>();
  const order = new Map<string, number[]>();
  let most = 0;
  let done = 0;
  const consumption = await bus.consume(consumer, {
    types,
    concurrency: 8,
    keyOf: (message) => message.subject,
    handle: async (message) => {
      busy.set(message.subject, (busy.get(message.subject) ?? 0) + 1);
      assert.equal(busy.get(message.subject), 1, "one at a time for one key");
      most = Math.max(
        most,
        [...busy.values()].reduce((a, b) => a + b),
      );
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.set(message.subject, [...(order.get(message.subject) ?? []), message.generation ?? -1]);
      busy.set(message.subject, 0);
      done++;
    },
  });
  await eventually(() => done === 40);
  assert.ok(most > 1 && most <= 4, `${most} at a time`);
  for (const [subject, numbers] of order)
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
      `${subject} in order`,
    );
  await consumption.stop();
});

test("two processes share a consumer; each fetches only what it can start; slow work is not delivered twice", async () => {
  const { consumer } = await givenMessages("SHARED", 30);
  const other = await given.connect({ name: "other" });
  const seen: string[] = [];
  let held = 0;
  const handle = async (message: Incoming) => {
    held++;
    assert.ok(held <= 4);
    seen.push(message.id);
    // Longer than the acknowledgement wait of 2 s for the first few: heartbeats keep them here.
    await new Promise((resolve) => setTimeout(resolve, seen.length <= 4 ? 2600 : 1));
    held--;
  };
  const both = [
    await bus.consume(consumer, { types, concurrency: 2, handle }),
    await other.consume(consumer, { types, concurrency: 2, handle }),
  ];
  await eventually(() => seen.length >= 4);
  const nc = await connect({ servers: given.engine.url });
  const info = (await nc.request("$JS.API.CONSUMER.INFO.SHARED.shared-consumer")).json() as { num_ack_pending: number };
  assert.equal(info.num_ack_pending, 4, "the rest waits at the server, where others could take it");
  await nc.close();
  await eventually(() => left("SHARED"));
  assert.deepEqual(new Set(seen).size, 30);
  assert.equal(seen.length, 30, "none twice");
  await Promise.all(both.map((one) => one.stop()));
});

test("stop finishes what runs and gives back what does not: the next consumer goes on at once", async () => {
  const { consumer } = await givenMessages("STOPPED", 20, () => 1, 30_000);
  const finished: number[] = [];
  let begun = 0;
  let toldToStop = false;
  const first = await bus.consume(consumer, {
    types,
    concurrency: 5,
    keyOf: () => "one",
    handle: async (message, signal) => {
      begun++;
      if (begun === 2) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      toldToStop = signal.aborted;
      finished.push(message.generation ?? -1);
    },
  });
  await eventually(() => begun === 2);
  await first.stop();
  assert.deepEqual(finished, [0, 1], "the one under way was finished, none was started after it");
  assert.ok(toldToStop, "and saw the signal");
  const began = performance.now();
  const second = await bus.consume(consumer, {
    types,
    concurrency: 1,
    handle: async (message) => void finished.push(message.generation ?? -1),
  });
  await eventually(() => finished.length === 20);
  assert.ok(performance.now() - began < 15_000, "without waiting for the acknowledgement wait of 30 s");
  assert.deepEqual(new Set(finished).size, 20, "nothing lost, nothing twice");
  await second.stop();
});

test("a message that kills its handlers is a dead letter after twenty deliveries", async () => {
  const { consumer } = await givenMessages("DEADLY", 1);
  const nc = await connect({ servers: given.engine.url });
  const inbox = "deadly-inbox";
  const deliveries = nc.subscribe(inbox)[Symbol.asyncIterator]();
  for (let n = 0; n < 20; n++) {
    nc.publish("$JS.API.CONSUMER.MSG.NEXT.DEADLY.deadly-consumer", "1", { reply: inbox });
    const { value } = await deliveries.next();
    value?.respond("-NAK");
  }
  await nc.flush();
  await nc.close();
  let handled = 0;
  const consumption = await bus.consume(consumer, { types, concurrency: 1, handle: async () => void handled++ });
  await eventually(() =>
    dead.some((one) => one.body.stream === "DEADLY" && /delivered 21 times/.test(one.body.reason)),
  );
  assert.equal(handled, 0);
  await consumption.stop();
});

test("a message that comes again while it is being handled is not started twice", async () => {
  const { consumer } = await givenMessages("AGAIN", 1);
  const started: string[] = [];
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const consumption = await bus.consume(consumer, {
    types,
    concurrency: 5,
    handle: async (message) => {
      started.push(message.id);
      await finished;
    },
  });
  await eventually(() => started.length === 1);
  const nc = await connect({ servers: given.engine.url });
  const redelivered = async () =>
    ((await nc.request("$JS.API.CONSUMER.INFO.AGAIN.again-consumer")).json() as { num_redelivered: number })
      .num_redelivered;
  // What a lost heartbeat leads to: the server takes the message back and delivers it again.
  nc.publish("$JS.ACK.AGAIN.again-consumer.1.1.1.0.0", "-NAK");
  await eventually(async () => (await redelivered()) === 1);
  await bus.publish(timerFired(2, { id: "after", subject: "again.b" }));
  await eventually(() => started.includes("after"));
  finish();
  await eventually(() => left("AGAIN"), { what: "one answer was enough" });
  await consumption.stop();
  assert.deepEqual(started, ["AGAIN:0", "after"], "neither at the same time nor afterwards");
  await nc.close();
});

test("one bad message in a batch is buried alone", async () => {
  const { consumer } = await givenMessages("BATCH", 50);
  const done = new Set<number>();
  const consumption = await bus.consumeBatches(consumer, {
    types,
    maximumMessages: 20,
    handle: async (batch) => {
      assert.ok(batch.length <= 20);
      if (batch.some((message) => message.generation === 13)) throw new PoisonMessage("thirteen");
      for (const message of batch) done.add(message.generation ?? -1);
    },
  });
  await eventually(() => done.size === 49);
  await eventually(() => dead.some((one) => one.body.stream === "BATCH" && /thirteen/.test(one.body.reason)));
  await eventually(() => left("BATCH"));
  await consumption.stop();
});
