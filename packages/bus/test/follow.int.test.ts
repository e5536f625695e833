import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { OutgoingMessage } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { givenNats, timerFired } from "./given-bus.ts";

const given = await givenNats();
after(() => given.stop());
const filters = ["fact.mailbox.*.deleted"];

/** A fact that differs from others by its id. */
function fact(id: string): OutgoingMessage {
  const body = { mailboxId: "mb_test1", v: 1, at: 1 };
  return { ...timerFired(1, { subject: "fact.mailbox.mb_test1.deleted", type: "mailbox.deleted.v1" }), id, body };
}
const facts = (name: string, count: number) => Array.from({ length: count }, (_, n) => fact(`${name}:${n}`));
const ids = (messages: readonly OutgoingMessage[]) => messages.map(({ id }) => id);

test("a follower goes on where it was when NATS was killed: nothing lost, nothing twice", async () => {
  const publisher = await given.connect();
  const follower = await given.connect();
  const earlier = facts("earlier", 5);
  await publisher.publishAll(earlier);
  const fromNow: string[] = [];
  const fromTime: string[] = [];
  const silent: string[] = [];
  const open = await Promise.all([
    follower.follow({ filters }, ({ id }) => void fromNow.push(id)),
    follower.follow({ filters, startTime: 1 }, ({ id }) => void fromTime.push(id)),
    follower.follow({ filters: ["fact.mailbox.mb_late.deleted"] }, ({ id }) => void silent.push(id)),
  ]);
  const before = facts("before", 20);
  await publisher.publishAll(before);
  await eventually(() => fromNow.length === 20 && fromTime.length === 25);

  await given.engine.kill();
  const during = facts("during", 20);
  const publishing = publisher.publishAll(during);
  await given.engine.restart();
  await publishing;
  const afterwards = facts("afterwards", 20);
  await publisher.publishAll(afterwards);
  await publisher.publish({ ...fact("late"), subject: "fact.mailbox.mb_late.deleted" });

  const all = ids([...before, ...during, ...afterwards, fact("late")]);
  await eventually(() => fromNow.length >= all.length && fromTime.length >= all.length + 5, {
    timeoutMs: 8000,
    what: "everything is seen",
  });
  await eventually(() => silent.length > 0, { timeoutMs: 8000, what: "the follower that had seen nothing goes on" });
  assert.deepEqual(fromNow, all);
  assert.deepEqual(fromTime, [...ids(earlier), ...all]);
  assert.deepEqual(silent, ["late"]);
  await Promise.all(open.map((one) => one.stop()));
});

test("a follower whose consumer is gone makes another one and misses nothing", async () => {
  const bus = await given.connect();
  const seen: string[] = [];
  const following = await bus.follow({ filters }, ({ id }) => void seen.push(id));
  const first = facts("first", 3);
  await bus.publishAll(first);
  await eventually(() => seen.length === 3);

  const nc = await connect({ servers: given.engine.url.replace("nats://", "") });
  const jsm = await jetstreamManager(nc);
  for await (const { name } of jsm.consumers.list("FACTS"))
    if (name.startsWith("follow_")) await jsm.consumers.delete("FACTS", name);
  await nc.close();
  const second = facts("second", 3);
  await bus.publishAll(second);

  await eventually(() => seen.length >= 6, { timeoutMs: 15_000, what: "the rest is seen" });
  assert.deepEqual(seen, ids([...first, ...second]));
  await following.stop();
});

test("a follower that stops leaves no consumer behind", async () => {
  const bus = await given.connect();
  const following = await bus.follow({ filters }, () => {});
  await following.stop();

  const nc = await connect({ servers: given.engine.url.replace("nats://", "") });
  const jsm = await jetstreamManager(nc);
  const left: string[] = [];
  for await (const { name } of jsm.consumers.list("FACTS")) if (name.startsWith("follow_")) left.push(name);
  await nc.close();
  assert.deepEqual(left, []);
});

test("a place of another stream, or behind its end, is told from one of this stream; nothing is read from there", async () => {
  const bus = await given.connect();
  await bus.publishAll(facts("placed", 3));
  const what = { stream: "FACTS", filters, max: 500, waitMs: 0 } as const;
  const all = await bus.readFrom({ ...what, after: { since: 1 } });
  assert.ok(all.place);
  const none = { messages: [], place: null, missed: false, isOther: false };
  assert.deepEqual(await bus.readFrom({ ...what, after: all.place }), none);
  const other = { messages: [], place: null, missed: true, isOther: true };
  const former = { stream: "2026-01-01T00:00:00Z", sequence: 1 };
  assert.deepEqual(await bus.readFrom({ ...what, after: former }), other);
  const behind = { ...all.place, sequence: all.place.sequence + 1000 };
  assert.deepEqual(await bus.readFrom({ ...what, after: behind }), other);
});
