import assert from "node:assert/strict";
import { after, test } from "node:test";
import { consumers, streams } from "@mailfleet/contracts";
import { refuses } from "../src/link.ts";
import { givenNats } from "./given-bus.ts";

const given = await givenNats();
after(() => given.stop());

test("declaring the same from many services at once is harmless", async () => {
  const buses = await Promise.all(Array.from({ length: 5 }, () => given.connect()));
  const usage = await buses[0]?.streamUsage();
  assert.deepEqual(usage?.map((one) => one.name).sort(), Object.keys(streams).sort());
  assert.equal(usage?.find((one) => one.name === "RUNS")?.maxBytes, streams.RUNS.maxBytes);
});

test("another configuration of a stream or consumer is refused, with field and both values", async () => {
  const bus = await given.connect();
  await assert.rejects(
    bus.declare([{ ...streams.RUNS, onePerSubject: false }], []),
    /another configuration of stream RUNS: max_msgs_per_subject is 1, Mailfleet needs -1; discard_new_per_subject is true/,
  );
});

test("another maximum of bytes names both values", async () => {
  const bus = await given.connect();
  await assert.rejects(
    bus.declare([{ ...streams.FACTS, maxBytes: 4096 }], []),
    /stream FACTS: max_bytes is 2147483648, Mailfleet needs 4096/,
  );
  await assert.doesNotReject(bus.declare([streams.FACTS], []), "what was refused is not remembered");
  await assert.rejects(
    bus.declare([], [{ ...consumers.configEvents, ackWaitMs: 1000 }]),
    /consumer config-events of stream MAILBOX: ack_wait is 10000000000, Mailfleet needs 1000000000/,
  );
});

test("an old server or one without JetStream is refused in words", () => {
  assert.match(refuses("2.9.10", true) ?? "", /2\.9\.10 is too old: Mailfleet needs 2\.12/);
  assert.match(refuses("2.12.0", false) ?? "", /without JetStream/);
  assert.equal(refuses("2.12.0", true), null);
  assert.equal(refuses("3.0.0", true), null);
});
