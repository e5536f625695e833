import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { FailPointName, Mailbox } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { runJobs } from "../job/run-jobs.ts";
import { rearmTimers } from "../mailbox/rearm.ts";
import { command, fresh, givenConfig, mailboxInput, profileInput, runResult, still } from "./given-config.ts";

const given = await givenConfig();
const { bus } = given;
after(() => given.stop());

const get = (mailboxId: string) => bus.request("config.mailbox.get", { id: mailboxId });

/** Like a process that dies there: whatever comes after the point is not done. */
function dyingAt(point: FailPointName) {
  const state = { armed: false, hits: 0 };
  const failPoint = (name: FailPointName) => {
    if (!state.armed || name !== point) return;
    state.armed = false;
    state.hits++;
    throw new Error(`died at ${point}`);
  };
  return { state, failPoint };
}

const points: [FailPointName, "taken" | "not taken"][] = [
  ["document.before-commit", "not taken"],
  ["document.after-commit", "taken"],
  ["relay.between-publishes", "taken"],
  ["relay.before-pull", "taken"],
];
for (const [point, expected] of points)
  test(`dying at ${point} loses nothing and says nothing twice`, async () => {
    // Given a mailbox that waits to be tested, in the hands of a replica that dies
    const facts = await given.listen("fact.mailbox.*.*");
    const { state, failPoint } = dyingAt(point);
    const dying = await given.replica({ failPoint, times: still });
    const profile = await bus.request("config.profile.create", profileInput());
    const created = await bus.request("config.mailbox.create", mailboxInput(profile.id));
    const { id: mailboxId, address } = created;
    const mailbox = await bus.request("config.mailbox.approve", { ...command(), id: mailboxId, address });
    state.armed = true;
    const test = { ...command(), id: mailboxId };
    await bus.request("config.mailbox.test-and-enable", test).catch(() => {});
    assert.equal(state.hits, 1);
    const stored = await dying.ports.documents.mailbox.load(mailboxId);
    assert.equal(stored?.v, expected === "taken" ? mailbox.v + 1 : mailbox.v);
    assert.equal((stored?.outbox.length ?? 0) > 0, expected === "taken", "what was not said waits in the outbox");
    await dying.stop();

    // When another replica lives, and the command is repeated because no answer came
    const living = await given.replica();
    const answer = await bus.request("config.mailbox.test-and-enable", test);

    // Then it was taken once and everything was said once
    assert.equal(answer.v, mailbox.v + 1);
    assert.equal(answer.lifecycle, "testing");
    await eventually(async () => (await living.ports.documents.mailbox.load(mailboxId))?.outbox.length === 0);
    await eventually(() => given.asked("run.requested.v1", mailboxId).length === 2);
    assert.equal(given.asked("timer.set.v1", mailboxId).length, 2);
    const said = facts
      .of("mailbox.transitioned.v1")
      .filter((fact) => fact.body.v === answer.v && fact.mailboxId === mailboxId);
    assert.equal(said.length, 1);
    await living.stop();
  });

test("what a dead replica left in the outbox is relayed by the tick alone", async () => {
  const { state, failPoint } = dyingAt("document.after-commit");
  const dying = await given.replica({ failPoint, times: still });
  const profile = await bus.request("config.profile.create", profileInput());
  state.armed = true;
  const input = mailboxInput(profile.id);
  const facts = await given.listen("fact.mailbox.*.created");
  await bus.request("config.mailbox.create", input).catch(() => {});
  const { mailbox } = dying.ports.documents;
  assert.equal(await mailbox.relayWaiting(60_000), 0, "too young for the tick");
  assert.equal(await mailbox.relayWaiting(0), 1);
  assert.equal(await mailbox.relayWaiting(0), 0);
  await eventually(() => facts.seen.some((fact) => fact.mailboxId === input.id));
  await dying.stop();
});

test("a profile's change that a crash kept from its mailboxes is brought by another replica", async () => {
  const first = await given.replica({ times: still });
  const profile = await bus.request("config.profile.create", profileInput());
  const mailboxes: Mailbox[] = [];
  for (let n = 0; n < 5; n++) mailboxes.push(await bus.request("config.mailbox.create", mailboxInput(profile.id)));
  // The change is written and the process ends before anybody is told.
  await first.ports.documents.profile.change(profile.id, { key: "c", at: 2 }, (before) => ({
    after: {
      ...before,
      settings: { ...before.settings, inbound: { ...before.settings.inbound, host: "new.example.org" } },
      changedIn: { ...before.changedIn, "/inbound/host": 2 },
      relevantV: 2,
    },
  }));
  await first.stop();
  const second = await given.replica();
  await eventually(async () => (await second.ports.mailboxes.behindProfile(profile.id, 2, 10)).length === 0);
  await second.stop();
});

test("a profile whose deletion a crash cut off comes back if a mailbox had come; else it is gone, and no mailbox gets it", async () => {
  const { state, failPoint } = dyingAt("document.after-commit");
  const dying = await given.replica({ failPoint, times: still });
  const [used, unused] = [
    await bus.request("config.profile.create", profileInput()),
    await bus.request("config.profile.create", profileInput()),
  ];
  const { id: mailboxId } = await bus.request("config.mailbox.create", mailboxInput(unused.id));
  await bus.request("config.mailbox.update", { ...command(), id: mailboxId, change: { profileId: used.id } });
  // As it is when the mailbox comes between the count and the deletion: the count had not seen it.
  const blind = { ...dying.ports.mailboxes, countByProfile: async () => new Map<string, number>() };
  Object.assign(dying.ports, { mailboxes: blind });
  for (const { id } of [used, unused]) {
    state.armed = true;
    await bus.request("config.profile.delete", { ...command(), id }).catch(() => {});
    assert.equal((await dying.ports.documents.profile.load(id))?.living, undefined);
  }
  await dying.stop();
  const living = await given.replica();
  await eventually(async () => (await living.ports.documents.profile.load(used.id))?.living);
  assert.equal((await bus.request("config.profile.get", { id: used.id })).mailboxes, 1);
  await eventually(async () => (await living.ports.documents.profile.load(unused.id))?.unsettled === undefined);
  assert.equal((await living.ports.documents.profile.load(unused.id))?.living, undefined);
  await living.stop();
});

test("an alert that the bus took and lost is raised once more, from the mailbox's document", async () => {
  const first = await given.replica({ times: still });
  const profile = await bus.request("config.profile.create", profileInput());
  const { id: mailboxId, address } = await bus.request("config.mailbox.create", mailboxInput(profile.id));
  await bus.request("config.mailbox.approve", { ...command(), id: mailboxId, address });
  const testing = await bus.request("config.mailbox.test-and-enable", { ...command(), id: mailboxId });
  await bus.publish(runResult(testing, "inbound", { code: "CONSENT_MISSING", kind: "consent" }));
  const kept = await eventually(async () => {
    const { said, sayAgainAt = 0 } = (await first.ports.documents.mailbox.load(mailboxId)) ?? {};
    return said ? { said, sayAgainAt } : null;
  });
  const [alert] = kept.said;
  assert.equal(alert?.type, "alert.raised.v1");
  assert.ok(kept.sayAgainAt > Date.now() + 20_000 && kept.sayAgainAt < Date.now() + 31_000);
  await first.stop();
  // Half a minute later, in the hands of another replica; the bus has lost what it had.
  const publishedAgain: string[] = [];
  const second = await given.replica({
    times: still,
    now: () => Date.now() + 31_000,
    onPublish: ({ id }) => void publishedAgain.push(id),
  });
  await second.ports.documents.mailbox.relayWaiting(0);
  assert.ok(
    publishedAgain.includes(alert?.id ?? ""),
    "once more, or twice where its tick met this round: the id is the same",
  );
  assert.equal((await second.ports.documents.mailbox.load(mailboxId))?.sayAgainAt, undefined);
  const told = publishedAgain.length;
  await second.ports.documents.mailbox.relayWaiting(0);
  assert.equal(publishedAgain.length, told);
  await second.stop();
});

test("a lost deadline is fired, and a lost poll timer is set again with its own seq", async () => {
  const replica = await given.replica({ times: still });
  const profile = await bus.request("config.profile.create", profileInput());
  const { id: mailboxId, address } = await bus.request("config.mailbox.create", mailboxInput(profile.id));
  await bus.request("config.mailbox.approve", { ...command(), id: mailboxId, address });
  const testing = await bus.request("config.mailbox.test-and-enable", { ...command(), id: mailboxId });
  const later = { ...replica.ports, now: () => Date.now() + 17 * 60_000 };
  assert.ok((await rearmTimers(later)) >= 1);
  const now = await get(mailboxId);
  assert.equal(now.directions.inbound.state, "retesting");
  assert.equal(now.directions.inbound.lastError?.code, "RUN_LOST");
  assert.equal(now.directions.inbound.generation > testing.directions.inbound.generation, true);

  // Both directions work; whether their recurring timers live cannot be seen from here.
  await bus.request("config.mailbox.test-and-enable", { ...command(), id: mailboxId });
  const again = await get(mailboxId);
  for (const direction of ["inbound", "outbound"] as const) await bus.publish(runResult(again, direction, "ok"));
  await eventually(async () => (await get(mailboxId)).lifecycle === "enabled.running");
  const set = await eventually(() =>
    given.asked("timer.set.v1", mailboxId).find(({ body }) => body.everyMs !== undefined),
  );
  const muchLater = { ...replica.ports, now: () => Date.now() + 61 * 60_000 };
  assert.ok((await rearmTimers(muchLater)) >= 1);
  const reset = await eventually(() => given.asked("timer.set.v1", mailboxId).find(({ id }) => id.includes(":rearm:")));
  assert.deepEqual(reset.body, set.body, "the same timer with the same seq, so that a living one stays as it is");
  await replica.stop();
});

const jobDone = (id: string) =>
  eventually(async () => {
    const job = await bus.request("config.job.get", { id });
    return job.state === "done" && job;
  });

test("a job whose replica froze is finished by another, without doing anything twice; the thawed one writes nothing", async () => {
  const lengths = { holdMs: 600, renewEveryMs: 100, marginMs: 100 };
  const frozen = await given.replica({ times: still, lengths });
  const profile = await bus.request("config.profile.create", profileInput());
  const { id: mailboxId, address } = await bus.request("config.mailbox.create", mailboxInput(profile.id));
  const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
  const record = async (...[, results]: Parameters<typeof frozen.ports.jobs.record>) => {
    await thawed;
    // Not `lease.filter`, which already knows: the fence in the write is what counts.
    return frozen.ports.jobs.record({ _id: id, "lease.fence": fence }, results);
  };
  // Not by the request, which would wake the replica's own tick.
  const id = `jb_${fresh()}`;
  const items = [{ mailboxId, address }];
  const figures = { total: 1, done: 0, failed: 0, forgetAt: new Date(Date.now() + 1e9) };
  const cause = { key: "made", at: Date.now() };
  const body = { verb: "approve", by: "ada", state: "running", items, ...figures } as const;
  await frozen.ports.documents.job.create(id, cause, { body });
  const running = runJobs({ ...frozen.ports, jobs: { ...frozen.ports.jobs, record } }, frozen.ports.signal);
  // Its one mailbox is approved, and the process freezes before the result is written: nothing is renewed.
  await eventually(async () => (await get(mailboxId)).lifecycle === "approved");
  const { lease } = ((await frozen.ports.documents.job.load(id)) ?? {}) as { lease?: { fence: number } };
  const fence = lease?.fence ?? 0;
  frozen.renewals.stop();
  const { v } = await get(mailboxId);

  const second = await given.replica();
  assert.deepEqual((await jobDone(id)).results, [{ mailboxId, address, ok: true }]);
  assert.equal((await get(mailboxId)).v, v);
  thaw();
  await running;
  assert.equal((await bus.request("config.job.get", { id })).done, 1, "not counted twice");
  assert.ok(given.lines.some(({ context }) => /is lost/.test(String((context as { err?: unknown }).err))));
  await frozen.stop();
  await second.stop();
});

test("a mailbox at which Mailfleet itself fails is a failed one of its job, and keeps neither it nor others running", async () => {
  const first = await given.replica({ times: still });
  const profile = await bus.request("config.profile.create", profileInput());
  const [broken, whole] = [
    await bus.request("config.mailbox.create", mailboxInput(profile.id)),
    await bus.request("config.mailbox.create", mailboxInput(profile.id)),
  ];
  const { mailbox } = first.ports.documents;
  await mailbox.change(broken.id, { key: "damage", at: 1 }, (before) => ({
    after: { ...before, machine: { version: "?" } as never },
  }));
  const made = { ...command(), id: `jb_${fresh()}` };
  const mailboxIds = [broken.id, whole.id];
  await bus.request("config.job.create", { ...made, new: { verb: "approve", mailboxIds } });
  const { failed, results } = await jobDone(made.id);
  assert.equal(failed, 1);
  assert.equal(results.find((result) => !result.ok)?.problem?.code, "INTERNAL");
  assert.equal((await get(whole.id)).lifecycle, "approved");
  await first.stop();
});

test("a job that is cancelled while a process works on it begins nothing more, and says what it has done", async () => {
  const { ports, stop } = await given.replica({ times: still });
  const items = Array.from({ length: 500 }, (_, n) => ({ mailboxId: `mb_gone${n}`, address: "x@example.org" }));
  const id = `jb_${fresh()}`;
  const figures = { total: 500, done: 0, failed: 0, forgetAt: new Date(Date.now() + 1e9) };
  const body = { verb: "test", by: "ada", state: "running", items, ...figures } as const;
  // Not by the request, which would wake the replica's own tick.
  await ports.documents.job.create(id, { key: "made", at: Date.now() }, { body });
  const cancel = () => bus.request("config.job.cancel", { ...command(), id });
  const record: typeof ports.jobs.record = async (...what) => {
    await cancel();
    return ports.jobs.record(...what);
  };
  await runJobs({ ...ports, jobs: { ...ports.jobs, record } }, ports.signal);
  const { state, total, done } = await bus.request("config.job.get", { id });
  assert.deepEqual([state, total, done], ["cancelled", 500, 200]);
  assert.equal((await cancel()).state, "cancelled", "once more changes nothing");
  await stop();
});

test("a big job makes neither a small one nor a single command wait for its end, and says how far it is", async () => {
  const { ports, stop } = await given.replica({ times: still });
  const facts = await given.listen("fact.job.*.*");
  const profile = await bus.request("config.profile.create", profileInput());
  const single = await bus.request("config.mailbox.create", mailboxInput(profile.id));
  // Not by the request, which would wake the replica's own tick.
  const make = async (count: number) => {
    const id = `jb_${fresh()}`;
    const items = Array.from({ length: count }, (_, n) => ({ mailboxId: `mb_gone${n}`, address: "x@example.org" }));
    const figures = { total: count, done: 0, failed: 0, forgetAt: new Date(Date.now() + 1e9) };
    const body = { verb: "deactivate", by: "ada", state: "running", items, ...figures } as const;
    await ports.documents.job.create(id, { key: "made", at: Date.now() }, { body });
    return id;
  };
  const big = await make(500);
  let small = "";
  const turns: string[] = [];
  const record: typeof ports.jobs.record = async (filter, results) => {
    turns.push(filter._id);
    if (small === "") {
      // In the middle of the big one: a person stops a mailbox, and another job is made.
      const { active } = await bus.request("config.mailbox.deactivate", { ...command(), id: single.id });
      assert.equal(active, false);
      small = await make(1);
    }
    return ports.jobs.record(filter, results);
  };
  await runJobs({ ...ports, jobs: { ...ports.jobs, record } }, ports.signal);
  assert.deepEqual(turns, [big, small, big, big], "in turns, a batch at a time");

  const ended = () => facts.of("job.ended.v1").map(({ body }) => body);
  const progressed = () => facts.of("job.progressed.v1").map(({ body }) => body);
  await eventually(() => ended().length === 2 && progressed().length === 4);
  assert.deepEqual(
    ended().map(({ jobId, state, done, failed }) => [jobId, state, done, failed]),
    [
      [small, "done", 1, 1],
      [big, "done", 500, 500],
    ],
  );
  const progress = progressed().filter(({ jobId }) => jobId === big);
  assert.deepEqual(progress.map(({ done }) => done).sort(), [200, 400, 500]);
  await stop();
});
