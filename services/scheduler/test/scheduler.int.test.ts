import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { consumers, subjects } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { targets } from "../timer/targets.ts";
import { clearMessage, givenEngines, setMessage, timer } from "./given-scheduler.ts";

const given = await givenEngines();
afterEach(() => given.endTest());
after(() => given.stop());
const { bus, timers } = given;
const nothingDue = async () =>
  (await Promise.all(targets.map((target) => timers.nextDue(target)))).every((due) => due === null);

test("a timer that is set fires at its time, once, with its generation and its due", async () => {
  const replica = await given.startReplica();
  const events = await given.watchMailboxEvents();
  const due = Date.now() + 400;
  await bus.publish(setMessage(timer("mb_once", { due })));
  await eventually(() => events.seen.length === 1);
  const [seen] = events.seen;
  assert.equal(seen?.id, `mb_once/inbound-deadline:1:${due}`);
  assert.equal(seen?.at, due);
  assert.equal(seen?.generation, 3);
  const lag = (seen?.arrived ?? 0) - due;
  // The loop sleeps a second at most: more than that, and a little for a busy machine, would be a timer that was missed.
  assert.ok(lag >= 0 && lag < 3000, `${lag} ms late`);
  await eventually(async () => (await nothingDue()) || null);
  await bus.publish({ ...setMessage(timer("mb_once", { due })), id: "the same again, later than NATS remembers" });
  const marker = timer("mb_marker", { due: Date.now() });
  await bus.publish(setMessage(marker));
  await eventually(() => events.seen.length === 2);
  assert.match(events.seen[1]?.id ?? "", /^mb_marker/, "a repeated set does not fire again");
  await eventually(async () => (await replica.count("fired")) === 2);
});

test("a late set does not revive what was cleared; a newer one does", async () => {
  const replica = await given.startReplica();
  const owner = "mb_clear";
  const list = async () => (await bus.request("scheduler.timer.list", { owner })).items;
  const far = Date.now() + 3_600_000;
  await bus.publish(setMessage(timer(owner, { seq: 5, due: far, everyMs: 60_000 })));
  await eventually(async () => (await list()).length === 1);
  assert.deepEqual(await list(), [
    {
      name: "inbound-deadline",
      due: far,
      everyMs: 60_000,
      delivers: subjects.mailboxEvent(owner),
      generation: 3,
    },
  ]);
  await bus.publish(clearMessage(owner, "inbound-deadline", 7));
  await eventually(async () => (await list()).length === 0);
  await bus.publish(setMessage(timer(owner, { seq: 6, due: far })));
  await bus.publish(setMessage(timer(owner, { seq: 7, due: far })));
  await bus.publish(setMessage(timer(owner, { seq: 1, name: "marker", due: far })));
  await eventually(async () => (await list()).some((one) => one.name === "marker"));
  assert.deepEqual(
    (await list()).map((one) => one.name),
    ["marker"],
  );
  await bus.publish(setMessage(timer(owner, { seq: 8, due: far })));
  await eventually(async () => (await list()).length === 2);
  await bus.publish(clearMessage(owner, "never-set", 3));
  await bus.publish(setMessage(timer(owner, { seq: 2, name: "never-set", due: far })));
  await bus.publish(setMessage(timer(owner, { seq: 3, name: "marker", due: far + 1 })));
  await eventually(async () => (await list()).some((one) => one.due === far + 1));
  assert.equal((await list()).length, 2, "a clear that overtook its set wins");
  await replica.stop();
  await timers.apply([{ order: "clear", owner, name: "marker", seq: 99 }], Date.now());
  await timers.apply([{ order: "clear", owner, name: "inbound-deadline", seq: 99 }], Date.now());
});

test("two replicas fire 10,000 overdue timers, each once", async () => {
  const due = Date.now() - 100_000;
  const orders = Array.from({ length: 10_000 }, (_, n) => ({
    order: "set" as const,
    ...timer(`mb_many${n}`, { due: due + n }),
  }));
  await timers.apply(orders, Date.now());
  const events = await given.watchMailboxEvents();
  const began = performance.now();
  await Promise.all([given.startReplica(), given.startReplica()]);
  await eventually(() => events.seen.length >= 10_000, { timeoutMs: 60_000 });
  const took = Math.round(performance.now() - began);
  await eventually(async () => (await nothingDue()) || null);
  assert.equal(new Set(events.seen.map((one) => one.id)).size, 10_000);
  assert.equal(events.seen.length, 10_000, "none twice");
  console.log(`10,000 overdue timers fired and received in ${took} ms`);
});

test("a recurring timer keeps its slots; while a run is outstanding its firings coalesce", async () => {
  const replica = await given.startReplica();
  const owner = "mb_recur";
  const due = Date.now() + 100;
  await bus.publish(
    setMessage({
      owner,
      name: "inbound",
      seq: 1,
      due,
      everyMs: 100,
      deliver: {
        subject: subjects.run("inbound", "sync", owner, 2),
        type: "run.requested.v1",
        mailboxId: owner,
        generation: 2,
        body: { mailboxId: owner, direction: "inbound", purpose: "sync", generation: 2 },
      },
    }),
  );
  await eventually(async () => (await replica.count("coalesced")) >= 3);
  assert.equal(await replica.count("fired"), 1, "nobody took the run, so there is one");
  const runs: string[] = [];
  const working = await bus.consume(consumers.inboundRuns, {
    types: ["run.requested.v1"],
    concurrency: 1,
    handle: async (message) => void runs.push(message.id),
  });
  await eventually(() => runs.length >= 4);
  for (const id of runs) assert.equal((Number(id.split(":").at(-1)) - due) % 100, 0, "in its slots");
  assert.equal(new Set(runs).size, runs.length);
  await bus.publish(clearMessage(owner, "inbound", 2));
  await eventually(async () => (await timers.list(owner)).length === 0);
  await Promise.all([replica.stop(), working.stop()]);
});

test("a one-shot that asks for a run while that run is under way fires once it is over", async () => {
  const replica = await given.startReplica();
  const owner = "mb_goon";
  const body = { mailboxId: owner, direction: "inbound", purpose: "sync", generation: 2 } as const;
  const deliver = { type: "run.requested.v1", mailboxId: owner, generation: 2, body } as const;
  const subject = subjects.run("inbound", "sync", owner, 2);
  await bus.publish({ ...deliver, id: "under way", subject, at: 1 });
  await bus.publish(
    setMessage({ owner, name: "inbound-again-sync", seq: 1, due: Date.now(), deliver: { ...deliver, subject } }),
  );
  await eventually(async () => (await replica.count("coalesced")) >= 2);
  const runs: string[] = [];
  const working = await bus.consume(consumers.inboundRuns, {
    types: ["run.requested.v1"],
    concurrency: 1,
    handle: async ({ mailboxId, id }) => void (mailboxId === owner && runs.push(id)),
  });
  await eventually(() => runs.length === 2);
  assert.equal(runs[0], "under way");
  await eventually(async () => (await timers.list(owner)).length === 0);
  await Promise.all([replica.stop(), working.stop()]);
});

test("after an outage recurring timers do not fire all at once, and each only once", async () => {
  const outageEnd = Date.now();
  const everyMs = 2000;
  const orders = Array.from({ length: 300 }, (_, n) => ({
    order: "set" as const,
    ...timer(`mb_spread${n}`, { due: outageEnd - 600_000, everyMs }),
  }));
  await timers.apply(orders, outageEnd);
  const events = await given.watchMailboxEvents();
  const replica = await given.startReplica();
  await eventually(() => new Set(events.seen.map((one) => one.id.split("/")[0])).size === 300);
  await eventually(async () => (await replica.count("spread")) === 300);
  const first = new Map<string, number>();
  for (const { id, at } of events.seen) {
    const owner = id.split("/")[0] ?? "";
    first.set(owner, Math.min(first.get(owner) ?? Number.POSITIVE_INFINITY, at ?? 0));
  }
  const times = [...first.values()].sort((a, b) => a - b);
  const early = times.filter((at) => at < (times[0] ?? 0) + everyMs / 4).length;
  assert.ok(early > 30 && early < 150, `${early} of 300 in the first quarter of the interval`);
  await timers.apply(
    orders.map(({ owner, name }) => ({ order: "clear" as const, owner, name, seq: 2 })),
    Date.now(),
  );
});

test("a timer that could never deliver is a dead letter when it is set, and holds up nobody", async () => {
  const replica = await given.startReplica();
  const reasons: string[] = [];
  const dead = await bus.consume(consumers.alertingDeadLetters, {
    types: ["dead.letter.v1"],
    concurrency: 1,
    handle: async ({ body }) => void reasons.push(body.reason),
  });
  const wrong = timer("mb_wrong");
  await bus.publishAll([
    setMessage({ ...wrong, deliver: { ...wrong.deliver, subject: "somewhere.else" } }),
    setMessage(timer("mb_right", { due: Date.now() + 3_600_000 })),
  ]);
  await eventually(async () => (await timers.list("mb_right")).length === 1 && reasons.length === 1);
  assert.match(reasons[0] ?? "", /a timer cannot deliver to somewhere\.else/);
  assert.deepEqual(await timers.list("mb_wrong"), []);
  await timers.apply([{ order: "clear", owner: "mb_right", name: "inbound-deadline", seq: 9 }], Date.now());
  await Promise.all([replica.stop(), dead.stop()]);
});

test("a stream that takes nothing holds up only its own timers, and gets them when it is back", async () => {
  let back = false;
  const replica = await given.startReplica({ takes: (subject) => back || !subject.startsWith("run.") });
  const events = await given.watchMailboxEvents();
  const due = Date.now() - 1000;
  const runOf = (owner: string) => ({
    subject: subjects.run("inbound", "sync", owner, 1),
    type: "run.requested.v1",
    body: { mailboxId: owner, direction: "inbound", purpose: "sync", generation: 1 },
  });
  const owners = Array.from({ length: 300 }, (_, n) => `mb_full${n}`);
  const runs = owners.map((owner) => ({ order: "set" as const, ...timer(owner, { due, deliver: runOf(owner) }) }));
  await timers.apply(runs, Date.now());
  await eventually(async () => (await replica.count("refused")) > 0);
  await bus.publish(setMessage(timer("mb_other", { due: Date.now() })));
  await eventually(() => events.seen.some(({ id }) => id.startsWith("mb_other/")), { timeoutMs: 3000 });
  assert.equal((await timers.due("RUNS", Date.now(), 500)).length, 300, "none of them is lost");
  back = true;
  await eventually(async () => (await timers.due("RUNS", Date.now(), 500)).length === 0, { timeoutMs: 10_000 });
  await timers.apply([{ order: "clear", owner: "mb_other", name: "inbound-deadline", seq: 9 }], Date.now());
});

test("a message that its stream refuses alone waits by itself; what is due behind it fires", async () => {
  let back = false;
  const bad = subjects.mailboxEvent("mb_refused");
  await given.startReplica({ takes: (subject) => back || subject !== bad });
  const events = await given.watchMailboxEvents();
  const due = Date.now() - 1000;
  const set = (owner: string, at: number) => ({ order: "set" as const, ...timer(owner, { due: at }) });
  await timers.apply([set("mb_refused", due), set("mb_good", due + 1)], Date.now());
  const seen = (owner: string) => events.seen.filter(({ id }) => id.startsWith(`${owner}/`)).length;
  await eventually(() => seen("mb_good") === 1);
  await bus.publish(setMessage(timer("mb_later", { due: Date.now() })));
  await eventually(() => seen("mb_later") === 1, { timeoutMs: 3000 });
  assert.equal(seen("mb_refused"), 0);
  back = true;
  await eventually(() => seen("mb_refused") === 1, { timeoutMs: 15_000 });
});

test("a timer whose document is damaged stops nobody who is due with it", async () => {
  const broken = { _id: "mb_damaged/inbound", owner: "mb_damaged", name: "inbound", seq: 1, due: 1, target: "MAILBOX" };
  const collection = given.db.collection<{ _id: string }>("timers");
  await collection.insertOne(broken);
  await given.startReplica();
  const events = await given.watchMailboxEvents();
  await bus.publish(setMessage(timer("mb_whole", { due: Date.now() })));
  await eventually(() => events.seen.some(({ id }) => id.startsWith("mb_whole/")), { timeoutMs: 3000 });
  await collection.deleteOne({ _id: broken._id });
});

test("a death between publishing and writing does no harm: the next replica publishes the same id", async () => {
  for (const point of ["scheduler.after-claim", "scheduler.after-fire"] as const) {
    const owner = `mb_${point.replace(/[^a-z]/g, "")}`;
    const due = Date.now() - 1;
    await timers.apply([{ order: "set", ...timer(owner, { due }) }], Date.now());
    const events = await given.watchMailboxEvents();
    let deaths = 0;
    const dying = await given.startReplica({
      failPoint: (name) => {
        if (name !== point) return;
        deaths++;
        throw new Error("died here");
      },
    });
    await eventually(() => deaths > 0);
    await dying.stop();
    assert.equal((await timers.list(owner)).length, 1, "not written yet");
    const successor = await given.startReplica();
    await eventually(async () => (await timers.list(owner)).length === 0);
    const own = () => events.seen.map((one) => one.id).filter((id) => id.startsWith(owner));
    await eventually(() => own().length > 0);
    assert.deepEqual(own(), [`${owner}/inbound-deadline:1:${due}`], "once");
    await Promise.all([successor.stop(), events.stop()]);
  }
});

test("NATS killed and back: timers that came due meanwhile fire", async () => {
  await given.startReplica();
  const events = await given.watchMailboxEvents();
  await given.nats.kill();
  await timers.apply([{ order: "set", ...timer("mb_meanwhile", { due: Date.now() }) }], Date.now());
  await given.nats.restart();
  await eventually(() => events.seen.some((one) => one.id.startsWith("mb_meanwhile")), { timeoutMs: 30_000 });
});
