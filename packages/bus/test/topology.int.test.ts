import assert from "node:assert/strict";
import { after, test } from "node:test";
import { consumers, lacking, streams, type TopologyStep } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { refuses } from "../src/link.ts";
import { makeStreams, openStreamTopology } from "../src/topology/index.ts";
import { givenNats, ownStream, recordingLogger, timerFired } from "./given-bus.ts";

const given = await givenNats();
after(() => given.stop());
const topology = await openStreamTopology({
  url: given.engine.url,
  name: "test",
  logger: recordingLogger(),
  replicas: 1,
});
after(() => topology.close());

/** The steps about this stream and its consumers. */
const about = (steps: readonly TopologyStep[], name: string) =>
  steps.filter(({ what }) => what.endsWith(`stream ${name}`)).map(({ does, why }) => `${does}: ${why}`);

test("what is there is not made again, and a bus lacks nothing", async () => {
  await Promise.all([makeStreams(given.engine), makeStreams(given.engine)]).catch(() => {});
  await makeStreams(given.engine);
  const bus = await given.connect();
  const usage = await bus.streamUsage();
  assert.deepEqual(usage.map((one) => one.name).sort(), Object.keys(streams).sort());
  assert.deepEqual(await bus.lacks(Object.values(streams), Object.values(consumers)), []);
  assert.deepEqual(await topology.plan(Object.values(streams), Object.values(consumers)), []);
});

test("a bus says in sentences what is missing or otherwise, and makes nothing", async () => {
  const bus = await given.connect();
  const { stream, consumer } = ownStream("ABSENT");
  const wanted = [stream, { ...streams.RUNS, onePerSubject: false }];
  assert.deepEqual(await bus.lacks(wanted, [consumer, { ...consumers.configEvents, ackWaitMs: 1000 }]), [
    "stream ABSENT is missing",
    "stream RUNS: max_msgs_per_subject is 1, Mailfleet needs -1; discard_new_per_subject is true, Mailfleet needs false",
    "consumer absent-consumer of stream ABSENT is missing",
  ]);
  assert.equal(
    (await bus.streamUsage()).some(({ name }) => name === "ABSENT"),
    false,
  );
});

test("a service works with what a newer version has made larger, and not with what it lacks", async () => {
  const { stream, consumer } = ownStream("NEWER");
  await makeStreams(
    given.engine,
    [{ ...stream, maxBytes: 2 * stream.maxBytes, subjects: [...stream.subjects, "newer2.*"] }],
    [{ ...consumer, ackWaitMs: 9000, filters: [...consumer.filters, "newer2.*"] }],
  );
  const bus = await given.connect();
  assert.deepEqual(await bus.lacks([stream], [consumer]), []);
  const more = [...stream.subjects, "newer3.*"];
  assert.equal((await bus.lacks([{ ...stream, subjects: more }], [{ ...consumer, filters: more }])).length, 2);
  assert.deepEqual(
    about(await topology.plan([stream], [consumer]), "NEWER").map((line) => line.split(":")[0]),
    ["change", "change"],
    "the step of the older version would change it back, and says so",
  );
});

test("what can be changed without loss is changed; what would lose messages is refused, with the reason", async () => {
  const { stream, consumer } = ownStream("CHANGED");
  const all = [...Object.values(streams), stream];
  await makeStreams(given.engine, [stream], [consumer]);
  const bus = await given.connect();
  for (const n of [1, 2]) await bus.publish(timerFired(n, { subject: "changed.a" }));

  const larger = { ...stream, maxBytes: stream.maxBytes * 2, subjects: [...stream.subjects, "more.*"] };
  const other = { ...consumer, ackWaitMs: 3000 };
  assert.deepEqual(about(await topology.plan([...all, larger], [other]), "CHANGED").slice(0, 2), [
    `change: stream CHANGED: subjects is ["changed.*"], Mailfleet needs ["changed.*","more.*"]; max_bytes is ${stream.maxBytes}, Mailfleet needs ${larger.maxBytes}`,
    "change: consumer changed-consumer of stream CHANGED: ack_wait is 2000000000, Mailfleet needs 3000000000",
  ]);
  await makeStreams(given.engine, [larger], [other]);
  assert.deepEqual(await bus.lacks([larger], [other]), []);

  const cases: [object, RegExp][] = [
    [{ maxBytes: 1 }, /max_bytes is \d+, Mailfleet needs 1; it holds \d+ bytes/],
    [{ subjects: ["more.*"] }, /2 messages wait in it, perhaps under changed\.\*/],
    [{ retention: "limits" }, /retention is "workqueue", Mailfleet needs "limits".*; this cannot be changed in place/],
    [{ maxAgeMs: 1 }, /messages since .* would go/],
    [{ onePerSubject: true }, /all but the last would go/],
  ];
  for (const [change, why] of cases) {
    const [step] = (await topology.plan([{ ...larger, ...change }], [])).filter(
      ({ what }) => what === "stream CHANGED",
    );
    assert.equal(step?.does, "refuse", String(why));
    assert.match(step?.why ?? "", why);
    assert.equal(step?.run, undefined);
    await assert.rejects(makeStreams(given.engine, [{ ...larger, ...change }], []), why);
  }
  const [narrower] = (await topology.plan([], [{ ...other, filters: ["changed.b"] }])).filter(
    ({ does }) => does === "refuse",
  );
  assert.match(narrower?.why ?? "", /2 messages wait, perhaps under changed\.\*/);
  assert.deepEqual(await bus.lacks([larger], [other]), [], "a refusal has changed nothing");
});

test("what is ours and not declared any more is removed, but not while messages wait in it", async () => {
  const { stream, consumer } = ownStream("LEFT");
  await makeStreams(given.engine, [stream], [consumer]);
  const bus = await given.connect();
  await bus.publish(timerFired(1, { subject: "left.a" }));
  const declared = () => topology.plan(Object.values(streams), Object.values(consumers));
  assert.deepEqual(about(await declared(), "LEFT"), [
    "keep: stream LEFT is not used any more, but 1 messages wait in it",
  ]);
  const consumption = await bus.consume(consumer, {
    types: ["mailbox.timer-fired.v1"],
    concurrency: 1,
    handle: async () => {},
  });
  await eventually(async () => (await bus.streamUsage()).find(({ name }) => name === "LEFT")?.bytes === 0);
  await consumption.stop();
  const steps = (await declared()).filter(({ what }) => what === "stream LEFT");
  assert.deepEqual(lacking(steps), [], "what is superfluous stops no service");
  assert.equal(steps[0]?.does, "remove");
  await steps[0]?.run?.();
  assert.equal(
    (await bus.streamUsage()).some(({ name }) => name === "LEFT"),
    false,
  );
});

test("an old server or one without JetStream is refused in words", () => {
  assert.match(refuses("2.9.10", true) ?? "", /2\.9\.10 is too old: Mailfleet needs 2\.12/);
  assert.match(refuses("2.12.0", false) ?? "", /without JetStream/);
  assert.equal(refuses("2.12.0", true), null);
  assert.equal(refuses("3.0.0", true), null);
});
