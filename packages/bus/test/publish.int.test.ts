import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { consumers, type OutgoingMessage, streams, subjects } from "@mailfleet/contracts";
import { type Bus, BusOutage, connectBus } from "../src/index.ts";
import { makeStreams } from "../src/topology/index.ts";
import { givenNats, recordingLogger, timerFired } from "./given-bus.ts";

const given = await givenNats();
let bus: Bus;
before(async () => {
  bus = await given.connect();
});
after(() => given.stop());

const run = (mailboxId: string, id: string): OutgoingMessage => ({
  id,
  subject: subjects.run("inbound", "sync", mailboxId, 1),
  type: "run.requested.v1",
  at: 1,
  body: { mailboxId, direction: "inbound", purpose: "sync", generation: 1 },
});

test("the same id is stored once", async () => {
  assert.equal(await bus.publish(timerFired(1)), "stored");
  assert.equal(await bus.publish(timerFired(1)), "duplicate");
});

test("what is said while the bus stops is confirmed before its connection goes", async () => {
  const leaving = await given.connect();
  const outcomes = leaving.publishAll(Array.from({ length: 1500 }, (_, n) => timerFired(9000 + n)));
  outcomes.catch(() => {});
  await leaving.stop();
  assert.deepEqual(new Set(await outcomes), new Set(["stored"]));
});

test("a second run of one mailbox, direction and purpose is coalesced until the first is acknowledged", async () => {
  assert.equal(await bus.publish(run("mb_coal1", "a")), "stored");
  assert.equal(await bus.publish(run("mb_coal1", "b")), "coalesced");
  assert.equal(await bus.publish(run("mb_coal2", "c")), "stored", "another mailbox is not concerned");
  const seen: string[] = [];
  const consumption = await bus.consume(consumers.inboundRuns, {
    types: ["run.requested.v1"],
    concurrency: 5,
    handle: async (message) => void seen.push(message.id),
  });
  while (seen.length < 2) await new Promise(setImmediate);
  await consumption.stop();
  assert.deepEqual(seen, ["a", "c"]);
  assert.equal(await bus.publish(run("mb_coal1", "b")), "stored", "a refused id is not remembered");
});

test("a full stream is no coalescing: it is tried again and then an outage", async () => {
  const tiny = { ...streams.MAILBOX, name: "TINY", subjects: ["tiny.*"], maxBytes: 2000 };
  const impatient = await given.connect({ publishPatienceMs: 300 });
  await makeStreams(given.engine, [tiny], []);
  const fill = (n: number) => impatient.publish(timerFired(n, { id: `tiny:${n}`, subject: `tiny.${n}` }));
  await assert.rejects(
    async () => {
      for (let n = 0; n < 20; n++) assert.equal(await fill(n), "stored");
    },
    (error) => error instanceof BusOutage && /maximum bytes exceeded/.test(error.message),
  );
});

test("what one stream refuses keeps nothing from the others: each message has an outcome of its own", async () => {
  const full = { ...streams.MAILBOX, name: "FULL", subjects: ["full.*"], maxBytes: 1 };
  const impatient = await given.connect({ publishPatienceMs: 300 });
  await makeStreams(given.engine, [full], []);
  const outcomes = await impatient.publishEach([
    timerFired(1, { id: "full:1", subject: "full.1" }),
    timerFired(2, { id: "each:2" }),
    timerFired(3, { id: "gone:3", subject: "gone.3" }),
    timerFired(4, { id: "each:2" }),
    timerFired(5, { id: "each:5", body: { large: "x".repeat(800_000) } }),
  ]);
  assert.deepEqual(outcomes, [null, "stored", null, "duplicate", null]);
});

test("many at once are all stored, in the order of their subject", async () => {
  const order = { ...streams.MAILBOX, name: "ORDER", subjects: ["order.*"] };
  const consumer = {
    ...consumers.configEvents,
    stream: "ORDER" as "MAILBOX",
    name: "order",
    filters: ["order.*"],
    maxAckPending: 5000,
  };
  await makeStreams(given.engine, [order], [consumer]);
  const messages = Array.from({ length: 5000 }, (_, n) =>
    timerFired(n, { id: `order:${n}`, subject: `order.${n % 3}`, generation: n }),
  );
  const began = performance.now();
  const outcomes = await bus.publishAll(messages);
  const rate = Math.round((5000 / (performance.now() - began)) * 1000);
  console.log(`published ${rate}/s`);
  assert.deepEqual(new Set(outcomes), new Set(["stored"]));
  const last = new Map<string, number>();
  let count = 0;
  const consumption = await bus.consumeBatches(consumer, {
    types: ["mailbox.timer-fired.v1"],
    maximumMessages: 500,
    handle: async (batch) => {
      for (const message of batch) {
        assert.ok((last.get(message.subject) ?? -1) < (message.generation ?? -1), "in order");
        last.set(message.subject, message.generation ?? -1);
        count++;
      }
    },
  });
  while (count < 5000) await new Promise(setImmediate);
  await consumption.stop();
});

test("a body that belongs elsewhere is refused at once", async () => {
  await assert.rejects(bus.publish(timerFired(1, { id: "big", body: { text: "x".repeat(800_000) } })), /800011 bytes/);
});

test("a stream without a server is an outage after the patience", async () => {
  const own = await givenNats();
  const impatient = await connectBus({
    isOutage: () => false,
    url: own.engine.url,
    name: "t",
    logger: recordingLogger(),
    publishPatienceMs: 200,
  });
  await own.engine.kill();
  await assert.rejects(impatient.publish(timerFired(1)), BusOutage);
  assert.match(impatient.health() ?? "", /not connected/);
  await impatient.stop();
  await own.stop();
});

test("what is refused at once says why: no right to the subject, no stream for it, no right to hear the answer", async (t) => {
  const denied = subjects.mailboxEvent("mb_test1");
  const users = [
    "{ user: all, password: p }",
    `{ user: some, password: p, permissions: { publish: { deny: ["${denied}"] } } }`,
    '{ user: deaf, password: p, permissions: { subscribe: { deny: ["_INBOX_deaf.>"] } } }',
  ];
  const own = await givenNats({ configuration: [`authorization { users: [${users.join(", ")}] }`] });
  t.after(() => own.stop());
  const as = (user: string) => own.engine.url.replace("//", `//${user}:p@`);
  await makeStreams({ url: as("all") });
  const connected = async (name: string) => {
    const logger = recordingLogger(own.logs);
    const one = await connectBus({ isOutage: () => false, url: as(name), name, logger, publishPatienceMs: 0 });
    t.after(() => one.stop());
    return one;
  };
  const some = await connected("some");
  await assert.rejects(some.publish(timerFired(1)), /Permissions Violation for Publish to "mailbox\.event\.mb_test1"/i);
  await assert.rejects(some.publish(timerFired(2, { subject: "nobody.keeps.this" })), /no responders.*nobody\.keeps/i);
  assert.equal(await some.publish(timerFired(2)), "stored", "others are not concerned");
  const deaf = await connected("deaf");
  for (const n of [3, 4])
    await assert.rejects(deaf.publish(timerFired(n)), /Permissions Violation for Subscription to "_INBOX_deaf/i);
});
