import assert from "node:assert/strict";
import { after, test } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { makeStreams } from "../src/topology/index.ts";
import { givenNats, ownStream, timerFired } from "./given-bus.ts";

const given = await givenNats();
after(() => given.stop());

test("NATS killed and back: nothing acknowledged is lost, publishing and consuming go on by themselves", async () => {
  const bus = await given.connect();
  const { stream, consumer } = ownStream("KILLED");
  await makeStreams(given.engine, [stream], [consumer]);
  const seen = new Set<string>();
  const consumption = await bus.consume(consumer, {
    types: ["mailbox.timer-fired.v1"],
    concurrency: 20,
    handle: async (message) => void seen.add(message.id),
  });
  const followed: string[] = [];
  const following = await bus.follow({ filters: ["fact.mailbox.*.deleted"] }, (message) => followed.push(message.id));
  let sent = 0;
  let publishing = true;
  const publisher = (async () => {
    while (publishing) {
      const messages = Array.from({ length: 50 }, (_, n) =>
        timerFired(sent + n, { id: `killed:${sent + n}`, subject: `killed.k${n}` }),
      );
      await bus.publishAll(messages);
      sent += 50;
    }
  })();
  await eventually(() => sent >= 500);
  await given.engine.kill();
  assert.match((await eventually(() => bus.health())) ?? "", /not connected/);
  await given.engine.restart();
  const before = sent;
  await eventually(() => sent >= before + 500, { timeoutMs: 20_000, what: "publishing goes on" });
  publishing = false;
  await publisher;
  await eventually(() => seen.size === sent, { timeoutMs: 20_000, what: "everything that was stored is handled" });
  assert.equal(bus.health(), null);

  const deleted = {
    ...timerFired(1, { id: "gone", subject: "fact.mailbox.mb_test1.deleted", type: "mailbox.deleted.v1" }),
    body: { mailboxId: "mb_test1", v: 1, at: 1 },
  };
  let n = 0;
  await eventually(
    async () => {
      await bus.publish({ ...deleted, id: `gone:${n++}` });
      return followed.length > 0;
    },
    { timeoutMs: 20_000, everyMs: 200, what: "the live view goes on" },
  );
  await following.stop();
  await consumption.stop();
});

test("a stop while NATS is away ends within seconds", async () => {
  const own = await givenNats();
  const bus = await own.connect();
  const { stream, consumer } = ownStream("AWAY");
  await makeStreams(own.engine, [stream], [consumer]);
  await bus.consume(consumer, { types: ["mailbox.timer-fired.v1"], concurrency: 1, handle: async () => {} });
  await own.engine.kill();
  await eventually(() => bus.health());
  const began = performance.now();
  await bus.stop();
  assert.ok(performance.now() - began < 6000);
  await own.stop();
});
