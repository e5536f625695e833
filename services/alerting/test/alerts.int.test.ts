import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { StreamUsage } from "@mailfleet/bus";
import { headerNames, type OutgoingMessage, ProblemError, subjects } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { givenAlerting } from "./given-alerting.ts";

let given: Awaited<ReturnType<typeof givenAlerting>>;
let replica: Awaited<ReturnType<typeof given.startReplica>>;
let crash = false;
let lost: (message: OutgoingMessage) => boolean = () => false;
const handled: string[] = [];
let refusal: string | null = null;
let later = 0;
let usage: StreamUsage[] = [];

const about = (id: string, direction?: "inbound" | "outbound") => ({ type: "mailbox" as const, id, direction });
const of = (id: string, ok: (alert: Awaited<ReturnType<typeof given.list>>[number]) => boolean = () => true) =>
  eventually(async () => (await given.list({ objectId: id })).find(ok), { what: `alert of ${id}` });
const raisedCodes = async (id: string) =>
  (await given.list({ objectId: id, state: "raised" }))
    .map((alert) => `${alert.object.direction}:${alert.code}`)
    .sort();
const refused = (code: string) => (error: unknown) => {
  assert.ok(error instanceof ProblemError, String(error));
  assert.equal(error.problem.code, code);
  return true;
};

before(async () => {
  given = await givenAlerting();
  const failPoint = () => {
    if (!crash) return;
    crash = false;
    throw new Error("as if the process had died here");
  };
  const onHandled = (id: string) => handled.push(id);
  const loses = (message: OutgoingMessage) => lost(message);
  replica = await given.startReplica({
    failPoint,
    onHandled,
    loses,
    streamsEveryMs: 50,
    streamUsage: async () => usage,
    refusal: () => refusal,
    now: () => Date.now() + later,
  });
  await given.startReplica({ failPoint, onHandled, loses });
});
after(() => given.stop());

describe("alerts", () => {
  test("one of a direction does not clear that of the other; without codes all of the direction are cleared", async () => {
    const at = Date.now();
    for (const direction of ["inbound", "outbound"] as const)
      for (const code of ["CONNECTION_TIMEOUT", "STALLED"])
        await given.raise({ at, object: about("mb_both", direction), code });
    await eventually(async () => (await raisedCodes("mb_both")).length === 4);
    await given.clear({ at: at + 1, object: about("mb_both", "inbound"), codes: ["STALLED"] });
    await eventually(async () => (await raisedCodes("mb_both")).length === 3);
    await given.clear({ at: at + 1, object: about("mb_both", "inbound") });
    await eventually(async () => (await raisedCodes("mb_both")).length === 2);
    assert.deepEqual(await raisedCodes("mb_both"), ["outbound:CONNECTION_TIMEOUT", "outbound:STALLED"]);
    await given.clear({ at: at + 1, object: about("mb_both") });
    await eventually(async () => (await raisedCodes("mb_both")).length === 0);
  });

  test("a raise that comes after its own end is cleared at once, a later one is not", async () => {
    const at = Date.now();
    await given.clear({ at, object: about("mb_late", "inbound") });
    const marked = () => replica.marks.lastCleared(["mailbox|mb_late|inbound|*"]);
    await eventually(async () => (await marked()) === at);
    await given.raise({ at: at - 1, object: about("mb_late", "inbound"), code: "STALLED" });
    await of("mb_late", (alert) => alert.state === "cleared");
    await given.raise({ at: at + 1, object: about("mb_late", "inbound"), code: "STALLED" });
    await of("mb_late", (alert) => alert.state === "raised");
  });

  test("and their incidents are shown after their end for as long as the settings say", async () => {
    const day = 86_400_000;
    const lasts = async (collection: string, id: string) => {
      type Ended = { state: string; clearedAt: number; forgetAt?: Date };
      const filter = { "object.id": id, state: "cleared" };
      const ended = await eventually(() => replica.db.collection<Ended>(collection).findOne(filter), {
        what: collection,
      });
      return ((ended.forgetAt?.getTime() ?? 0) - ended.clearedAt) / day;
    };
    const shown: number[] = [];
    for (const days of [undefined, 90, 30]) {
      if (days !== undefined) await given.change({ alertRetentionDays: days });
      const id = `mb_kept${days ?? ""}`;
      await given.raise({ at: Date.now(), object: about(id, "inbound"), code: "AUTHENTICATION_REJECTED" });
      await of(id, (alert) => alert.state === "raised" && alert.incidentId !== undefined);
      await eventually(() => replica.db.collection("incidents").findOne({ "object.id": id }), { what: "incident" });
      await given.clear({ at: Date.now(), object: about(id) });
      shown.push(await lasts("alerts", id), await lasts("incidents", id));
    }
    assert.deepEqual(shown, [30, 30, 90, 90, 30, 30]);
    for (const alertRetentionDays of [0, 13, 3651, 20.5, "30", null])
      await assert.rejects(given.change({ alertRetentionDays } as never), refused("INVALID"));
  });

  test("of a deleted mailbox are cleared, also those that come later", async () => {
    const at = Date.now();
    const deleted = { mailboxId: "mb_gone", v: 9, at };
    await given.raise({ at, object: about("mb_gone", "inbound"), code: "STALLED" });
    await of("mb_gone", (alert) => alert.state === "raised");
    await given.say(subjects.mailboxFact("mb_gone", "deleted"), "mailbox.deleted.v1", deleted);
    await of("mb_gone", (alert) => alert.state === "cleared");
    await given.raise({ at: at + 60_000, object: about("mb_gone", "inbound"), code: "STALLED" });
    const again = await of("mb_gone", (alert) => alert.firstAt === at + 60_000 && alert.state === "cleared");
    assert.ok(again.clearedAt !== null && again.clearedAt < at + 120_000);
  });

  test("of a deleted profile are cleared", async () => {
    const at = Date.now();
    const object = { type: "profile" as const, id: "pf_gone", direction: "inbound" as const };
    await given.raise({ at, object, code: "PROFILE_SIGN_IN_REFUSED" });
    await of("pf_gone", (alert) => alert.state === "raised");
    const deleted = { profileId: "pf_gone", v: 9, at, by: "admin" };
    await given.say(subjects.profileFact("pf_gone", "deleted"), "profile.deleted.v1", deleted);
    await of("pf_gone", (alert) => alert.state === "cleared");
  });

  test("a crash after storing neither counts twice nor loses the fact", async () => {
    const facts: string[] = [];
    const view = await given.bus.follow({ filters: ["fact.alert.*.*"] }, (message) => {
      if (message.type === "alert.changed.v1" && message.body.alert.object.id === "mb_crash")
        facts.push(message.subject);
    });
    crash = true;
    await given.raise({ at: Date.now(), object: about("mb_crash"), code: "STALLED" }, "crashing");
    await eventually(() => handled.includes("crashing") && facts.length > 0);
    const alert = await of("mb_crash");
    assert.equal(crash, false, "it did crash");
    assert.equal(alert.count, 1);
    await eventually(async () => (await replica.ports.documents.alert.load(alert.id))?.outbox.length === 0);
    assert.deepEqual(facts, ["fact.alert.warning.raised"]);
    await view.stop();
  });

  test("a fact that the bus took and then lost is said again from the store, and one that it kept is there once", async () => {
    const facts: string[] = [];
    const view = await given.bus.follow({ filters: ["fact.alert.*.*"] }, (message) => {
      if (message.type === "alert.changed.v1" && message.body.alert.object.id.startsWith("mb_memory"))
        facts.push(message.body.alert.object.id);
    });
    await given.raise({ at: Date.now(), object: about("mb_memory1"), code: "STALLED" });
    const kept = await of("mb_memory1");
    let losses = 0;
    lost = (message) => message.mailboxId === "mb_memory2" && losses++ === 0;
    await given.raise({ at: Date.now(), object: about("mb_memory2"), code: "STALLED" });
    const alert = await of("mb_memory2");
    await eventually(() => facts.includes("mb_memory2"));
    for (const { id } of [kept, alert])
      await eventually(async () => {
        const stored = await replica.ports.documents.alert.load(id);
        return stored?.outbox.length === 0 && stored.said === undefined && stored.sayAgainAt === undefined;
      });
    assert.deepEqual(facts.sort(), ["mb_memory1", "mb_memory2"]);
    lost = () => false;
    await view.stop();
  });

  test("many repetitions at the same time on two replicas are counted exactly", async () => {
    const at = Date.now();
    const some = Array.from({ length: 40 }, (_, index) =>
      given.raise({ at: at + index, object: about("mb_many"), code: "STALLED" }, `many-${index}`),
    );
    await Promise.all(some);
    await of("mb_many", (alert) => alert.count === 40);
  });

  test("are listed by page and filter, and answered one by one", async () => {
    const at = Date.now();
    for (let index = 0; index < 5; index++)
      await given.raise({ at: at + index, object: about("mb_page"), code: `CODE_${index}` });
    await eventually(async () => (await given.list({ objectId: "mb_page" })).length === 5);
    const page = (cursor?: string) =>
      given.bus.request("alerting.alert.list", { objectId: "mb_page", limit: 2, cursor });
    const first = await page();
    const second = await page(first.next ?? undefined);
    const third = await page(second.next ?? undefined);
    const codes = [first, second, third].flatMap((one) => one.items.map((alert) => alert.code));
    assert.deepEqual(codes, ["CODE_4", "CODE_3", "CODE_2", "CODE_1", "CODE_0"]);
    assert.equal(third.next, null);
    const [one] = first.items;
    assert.ok(one);
    const answered = await given.bus.request("alerting.alert.get", { id: one.id });
    // Whether its notice still waits is decided meanwhile, beside this test.
    assert.deepEqual({ ...answered, notification: one.notification, v: one.v }, one);
    await assert.rejects(given.bus.request("alerting.alert.get", { id: "al_none1" }), refused("NOT_FOUND"));
    const metrics = await replica.metrics.metrics();
    assert.match(metrics, /mailfleet_alert_raised_total\{code="/);
    assert.match(metrics, /mailfleet_notice_pending \d/);
  });

  test("a work queue that fills is said at 70 % and is over below 60 %; what lets the oldest go may be full", async () => {
    const MiB = 1024 * 1024;
    const day = 86_400_000;
    const full = (bytes: number) => {
      usage = [
        { name: "FACTS", bytes: 100 * MiB, maxBytes: 100 * MiB, oldestAt: Date.now() - day, maxAgeMs: 14 * day },
        { name: "DEAD", bytes: 100 * MiB, maxBytes: 100 * MiB, oldestAt: null, maxAgeMs: 30 * day },
        { name: "SENDS", bytes, maxBytes: 100 * MiB, oldestAt: Date.now(), maxAgeMs: 0 },
      ];
    };
    const stream = (state: string) => of("SENDS", (alert) => alert.code === "STREAM_FILLING" && alert.state === state);
    full(71 * 1024 * 1024);
    assert.equal((await stream("raised")).detail, "SENDS: 71 % of 100 MiB");
    assert.deepEqual(
      (await given.list({ code: "STREAM_FILLING" })).map(({ object }) => object.id),
      ["SENDS"],
    );
    const shown = await replica.metrics.metrics();
    assert.match(shown, /^mailfleet_stream_used_ratio\{stream="SENDS"\} 0\.71$/m);
    assert.match(shown, /^mailfleet_stream_reach_seconds\{stream="FACTS"\} 864\d\d(\.\d+)?$/m);
    assert.match(shown, /^mailfleet_stream_kept_seconds\{stream="FACTS"\} 1209600$/m);
    assert.doesNotMatch(shown, /mailfleet_stream_reach_seconds\{stream="SENDS"\}/);
    full(65 * 1024 * 1024);
    await stream("raised");
    full(59 * 1024 * 1024);
    assert.equal((await stream("cleared")).count, 1);
    usage = [];
  });

  test("NATS that refuses the password of one replica is said until none has met it for a while", async () => {
    const words = "NATS refuses our sign-in: authorization violation";
    const bus = (state: string) => of("nats", (alert) => alert.state === state);
    refusal = words;
    assert.equal((await bus("raised")).detail, words);
    refusal = null;
    later = 44_000;
    await eventually(async () => (await given.list({ objectId: "nats" })).length === 1);
    assert.equal((await bus("raised")).code, "BUS_REFUSES_SIGN_IN");
    later = 46_000;
    assert.equal((await bus("cleared")).count, 1);
    later = 0;
  });
});

describe("dead letters", () => {
  /** A fact about alerts that no consumer can read. */
  const malformed = { at: "never", object: { type: "mailbox", id: "mb_dead1" }, code: "STALLED" };
  const publishMalformed = (id: string) =>
    given.bus.publish({
      id,
      subject: subjects.mailboxFact("mb_dead1", "alert-raised"),
      type: "alert.raised.v1",
      mailboxId: "mb_dead1",
      correlation: "c-1",
      at: 1_700_000_000_000,
      body: malformed,
    });
  const letter = (state: "waiting" | "replayed" | "discarded") =>
    eventually(async () => (await given.deadLetters(state))[0], { what: `a dead letter that is ${state}` });
  const wall = () => given.list({ objectId: "alerting/alerting-facts", code: "DEAD_LETTER" });

  test("a malformed fact is kept whole and said on the wall; the consumer goes on", async () => {
    await publishMalformed("bad-1");
    const waiting = await letter("waiting");
    assert.deepEqual(
      [waiting.service, waiting.consumer, waiting.type, waiting.mailboxId, waiting.stream],
      ["alerting", "alerting-facts", "alert.raised.v1", "mb_dead1", "FACTS"],
    );
    assert.match(waiting.reason, /malformed/);
    assert.deepEqual(JSON.parse(waiting.preview), malformed);
    await eventually(async () => (await wall())[0]?.state === "raised");
    await given.raise({ at: Date.now(), object: about("mb_after"), code: "STALLED" });
    await of("mb_after");
    await eventually(async () => /^mailfleet_dead_letter_waiting 1$/m.test(await replica.metrics.metrics()));
    await eventually(async () =>
      /^mailfleet_consumer_waiting\{.*consumer="alerting-facts"\} \d+$/m.test(await replica.metrics.metrics()),
    );
  });

  test("replayed: the same message comes again under another id, and the alert follows what waits", async () => {
    const first = await letter("waiting");
    // Its body is as malformed as before, so it comes back, and what came back shows what was published.
    const command = { commandId: "replay-1", by: "admin", id: first.id };
    const answer = await given.bus.request("alerting.dead-letter.replay", command);
    assert.equal(answer.state, "replayed");
    assert.deepEqual(await given.bus.request("alerting.dead-letter.replay", command), answer);
    const second = await letter("waiting");
    assert.notEqual(second.id, first.id);
    assert.deepEqual(JSON.parse(second.preview), malformed);
    const stored = await replica.db
      .collection<{ _id: string; headers: Record<string, string> }>("dead-letters")
      .findOne({
        _id: second.id,
      });
    assert.equal(stored?.headers[headerNames.id], `${first.id}:replay`);
    assert.equal(stored?.headers[headerNames.correlation], "c-1");
    assert.equal(stored?.headers[headerNames.at], "1700000000000");
    await assert.rejects(
      given.bus.request("alerting.dead-letter.discard", { ...command, commandId: "other" }),
      refused("NOT_POSSIBLE_NOW"),
    );
    await eventually(async () => (await wall())[0]?.state === "raised");

    await given.bus.request("alerting.dead-letter.discard", { commandId: "d-1", by: "admin", id: second.id });
    assert.equal((await given.deadLetters("waiting")).length, 0);
    await eventually(async () => (await wall())[0]?.state === "cleared");
    assert.equal((await given.deadLetters()).length, 2);
    assert.equal((await letter("discarded")).id, second.id);
  });

  test("a replay of what can be handled by now is handled", async () => {
    const good = { at: Date.now(), object: about("mb_replayed"), code: "STALLED" };
    await given.bus.publish({
      id: "dead-good",
      subject: subjects.dead("alerting", "alerting-facts"),
      type: "dead.letter.v1",
      at: Date.now(),
      body: {
        reason: "failed 5 times: the disk was full",
        subject: subjects.mailboxFact("mb_replayed", "alert-raised"),
        stream: "FACTS",
        sequence: 7,
        deliveries: 5,
        headers: {
          [headerNames.id]: "orig-1",
          [headerNames.type]: "alert.raised.v1",
          [headerNames.at]: String(good.at),
        },
        data: Buffer.from(JSON.stringify(good)).toString("base64"),
        at: Date.now(),
      },
    });
    const waiting = await letter("waiting");
    await given.bus.request("alerting.dead-letter.replay", { commandId: "r-2", by: "admin", id: waiting.id });
    assert.equal((await of("mb_replayed")).state, "raised");
    await eventually(async () => (await wall())[0]?.state === "cleared");
  });

  test("of replaying and discarding at the same moment one happens, and what is discarded is not published", async () => {
    for (let n = 0; n < 5; n++) {
      const id = `mb_race${n}`;
      const good = { at: Date.now(), object: about(id), code: "STALLED" };
      await given.bus.publish({
        ...{ id: `dead-race-${n}`, subject: subjects.dead("alerting", "alerting-facts"), at: Date.now() },
        type: "dead.letter.v1",
        body: {
          ...{ reason: "failed", subject: subjects.mailboxFact(id, "alert-raised"), stream: "FACTS", sequence: 7 },
          ...{ deliveries: 5, at: Date.now(), data: Buffer.from(JSON.stringify(good)).toString("base64") },
          headers: { [headerNames.id]: `race-${n}`, [headerNames.type]: "alert.raised.v1" },
        },
      });
      const waiting = await letter("waiting");
      const command = (by: string) => ({ commandId: `race-${n}-${by}`, by, id: waiting.id });
      const outcomes = await Promise.allSettled([
        given.bus.request("alerting.dead-letter.replay", command("ada")),
        given.bus.request("alerting.dead-letter.discard", command("eve")),
      ]);
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
      const { state } = await given.bus.request("alerting.dead-letter.get", { id: waiting.id });
      assert.equal(state, outcomes[0]?.status === "fulfilled" ? "replayed" : "discarded");
      if (state === "replayed") await of(id);
      else assert.deepEqual(await given.list({ objectId: id }), []);
    }
  });

  test("what was no message of ours can only be discarded", async () => {
    await given.bus.publish({
      id: "dead-foreign",
      subject: subjects.dead("config", "config-events"),
      type: "dead.letter.v1",
      at: Date.now(),
      body: {
        reason: "the body is not JSON",
        subject: "mailbox.event.mb_x",
        stream: "MAILBOX",
        sequence: 8,
        deliveries: 1,
        headers: { [headerNames.type]: "x.v1" },
        data: Buffer.from("<xml/>").toString("base64"),
        at: Date.now(),
      },
    });
    const waiting = await letter("waiting");
    const command = { commandId: "r-3", by: "admin", id: waiting.id };
    await assert.rejects(given.bus.request("alerting.dead-letter.replay", command), (error) => {
      assert.ok(error instanceof ProblemError, String(error));
      assert.match(error.problem.detail, /cannot be replayed.*not JSON/);
      assert.match(error.problem.remedy ?? "", /discard/);
      return refused("NOT_POSSIBLE_NOW")(error);
    });
    assert.equal((await given.bus.request("alerting.dead-letter.discard", command)).state, "discarded");
    await assert.rejects(given.bus.request("alerting.dead-letter.get", { id: "dl_none1" }), refused("NOT_FOUND"));
  });
});
