import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type Logger, noFailPoint, type OutgoingMessage, ProblemError } from "@mailfleet/contracts";
import {
  type Cause,
  createDocuments,
  frameIndexes,
  type Index,
  type ListQuery,
  living,
  readPage,
  type Stored,
} from "@mailfleet/kit";
import { startMongo } from "@mailfleet/local/testing";
import { connectStore, groupReads, groupWrites, makeCollections, openDocuments } from "../src/index.ts";

interface Box {
  readonly name: string;
  readonly n: number;
  readonly note?: string;
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const mongo = await startMongo();
const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger: silent });
const indexes: readonly Index[] = [
  ...frameIndexes,
  { name: "name", keys: { name: 1 }, unique: true, where: living },
  { name: "by-n", keys: { n: 1, _id: 1 }, where: living },
];
await makeCollections(store, [{ name: "boxes", indexes }]);
const boxes = openDocuments<Box>(store, "boxes");
after(async () => {
  await store.close();
  await mongo.stop();
});

let counter = 0;
const fresh = () => `bx_${(++counter).toString().padStart(4, "0")}`;

function given(
  publish: (message: OutgoingMessage) => void = () => {},
  more: Partial<Parameters<typeof createDocuments<Box>>[0]> = {},
) {
  const published: OutgoingMessage[] = [];
  const documents = createDocuments<Box>({
    store: boxes,
    publisher: {
      async publish(message) {
        publish(message);
        published.push(message);
        return "stored";
      },
    },
    what: (id) => `box ${id}`,
    taken: (index) => new ProblemError("ALREADY_EXISTS", `${index} is taken`),
    logger: silent,
    failPoint: noFailPoint,
    now: () => 1_000_000,
    ...more,
  });
  return { documents, published };
}

const cause = (key: string, more: Partial<Cause> = {}): Cause => ({ key, hash: "h", at: 1000, ...more });
const entry = { subject: "s", type: "t", body: {} };
const made = (id: string, n = 0) => ({ body: { name: id, n }, outbox: [entry], answer: { n } });
const plusOne = (before: Stored<Box>) => ({
  after: { ...before, n: before.n + 1 },
  outbox: [entry],
  answer: before.n + 1,
});
const refused = (code: string) => (error: unknown) => error instanceof ProblemError && error.problem.code === code;

test("what a tick looks for, and a page of a list in its order, is found by an index, however many documents there are", async () => {
  await store.db.command({ profile: 2 });
  try {
    await boxes.hasWork({ before: 1, now: 1 }, []);
    await boxes.waiting(1, 10, []);
    await boxes.unsettled(1, 10, []);
    await boxes.sayingAgain(1, 10, []);
    const sort = [["n", -1] as const, ["_id", -1] as const];
    await boxes.list({ filter: {}, sort, after: [7, "bx_0001"], limit: 10 });
  } finally {
    await store.db.command({ profile: 0 });
  }
  const profile = store.db.collection<{ planSummary: string; hasSortStage?: true }>("system.profile");
  const plans = await profile
    .find({ ns: `${mongo.dbName}.boxes`, op: "query" })
    .sort({ ts: 1 })
    .toArray();
  const summaries = plans.map(({ planSummary }) => planSummary);
  assert.deepEqual(summaries.slice(0, -1), [
    "IXSCAN { outbox.at: 1 }, IXSCAN { unsettled.at: 1 }, IXSCAN { sayAgainAt: 1 }",
    "IXSCAN { outbox.at: 1 }",
    "IXSCAN { unsettled.at: 1 }",
    "IXSCAN { sayAgainAt: 1 }",
  ]);
  // The planner reads the two halves of a place in one scan or in two.
  assert.match(summaries.at(-1) ?? "", /^IXSCAN \{ n: 1, _id: 1 \}(, IXSCAN \{ n: 1, _id: 1 \})?$/);
  // Nothing is sorted in memory.
  assert.ok(plans.at(-1) && !plans.at(-1)?.hasSortStage);
});

describe("a document", () => {
  test("is made once: a repetition is answered what the first was, and nothing more is said", async () => {
    const { documents, published } = given();
    const id = fresh();
    assert.equal((await documents.create(id, cause("c"), made(id))).outcome, "accepted");
    const again = await documents.create(id, cause("c"), { ...made(id), answer: { n: 99 } });
    assert.deepEqual([again.outcome, again.answer], ["repeated", { n: 0 }]);
    assert.deepEqual(
      published.map((message) => message.id),
      [`${id}:1:0`],
    );
    await assert.rejects(documents.create(id, cause("other"), made(`${id}b`)), refused("ALREADY_EXISTS"));
  });

  test("of twenty racing changes loses none and takes none twice", async () => {
    const replicas = [given(), given(), given()];
    const id = fresh();
    await given().documents.create(id, cause("c"), made(id));
    const give = async (command: number): Promise<unknown> => {
      const { documents } = replicas[command % 3] as ReturnType<typeof given>;
      try {
        return await documents.change(id, cause(`k${command % 10}`), plusOne);
      } catch (error) {
        if (refused("CONFLICT")(error)) return give(command);
        throw error;
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, command) => give(command)));
    const after = await boxes.load(id);
    assert.deepEqual([after?.n, after?.v, after?.outbox.length], [10, 11, 0]);
    const ids = replicas.flatMap(({ published }) => published.map((message) => message.id));
    assert.equal(new Set(ids).size, 10);
  });

  test("refuses the same command with another content, a stale version, and a change of nothing there", async () => {
    const { documents } = given();
    const id = fresh();
    await documents.create(id, cause("c"), made(id));
    await documents.change(id, cause("k"), plusOne);
    await assert.rejects(documents.change(id, cause("k", { hash: "x" }), plusOne), refused("COMMAND_ID_REUSED"));
    await assert.rejects(documents.change(id, cause("k2", { ifVersion: 1 }), plusOne), refused("STALE_VERSION"));
    await assert.rejects(documents.change("bx_none", cause("k"), plusOne), refused("NOT_FOUND"));
  });

  test("is decided but not written in a dry run, and not remembered when it is ignored or refused", async () => {
    const { documents, published } = given();
    const id = fresh();
    await documents.create(id, cause("c"), made(id));
    published.length = 0;
    assert.equal((await documents.change(id, cause("k", { dryRun: true }), plusOne)).answer, 1);
    assert.equal((await documents.change(id, cause("k"), () => ({ ignored: "no" }))).outcome, "ignored");
    await assert.rejects(
      documents.change(id, cause("k"), () => {
        throw new ProblemError("NOT_POSSIBLE_NOW", "no");
      }),
    );
    assert.deepEqual([(await boxes.load(id))?.v, published.length], [1, 0]);
    assert.equal((await documents.change(id, cause("k"), plusOne)).outcome, "accepted");
  });

  test("writes fields that changed, takes away those that are gone, and gives a deleted name free", async () => {
    const { documents } = given();
    const id = fresh();
    await documents.create(id, cause("c"), { body: { name: id, n: 0, note: "x" } });
    await documents.change(id, cause("k"), (before) => ({ after: { name: before.name, n: 5 } }));
    assert.deepEqual([(await boxes.load(id))?.n, "note" in ((await boxes.load(id)) ?? {})], [5, false]);
    const other = fresh();
    await assert.rejects(documents.create(other, cause("c"), { body: { name: id, n: 0 } }), refused("ALREADY_EXISTS"));
    await documents.change(id, cause("d"), () => ({ gone: true, answer: {} }));
    assert.equal((await documents.change(id, cause("d"), plusOne)).outcome, "repeated");
    await assert.rejects(documents.get(id), refused("NOT_FOUND"));
    assert.equal((await documents.create(other, cause("c"), { body: { name: id, n: 0 } })).outcome, "accepted");
  });

  test("comes back where its deletion turns out to be refused", async () => {
    let used = true;
    const inUse = async () => (used ? new ProblemError("IN_USE", "somebody came") : null);
    const { documents } = given(undefined, { check: inUse });
    const id = fresh();
    await documents.create(id, cause("c"), made(id));
    const deletion = () => ({ gone: true, checked: true, outbox: [entry] }) as const;
    await assert.rejects(documents.change(id, cause("d"), deletion), refused("IN_USE"));
    assert.equal((await documents.get(id)).living, true);
    assert.deepEqual((await boxes.load(id))?.outbox, [], "nobody is told of a deletion that was taken back");
    used = false;
    assert.equal((await documents.change(id, cause("d"), deletion)).outcome, "accepted");
    assert.equal((await boxes.load(id))?.unsettled, undefined);
  });

  for (const [what, used] of [
    ["comes back after a crash before that was asked", true],
    ["stays deleted after a crash before that was asked, and it is said then", false],
  ] as const)
    test(what, async () => {
      const died = given(undefined, { check: () => Promise.reject(new Error("died")) });
      const id = fresh();
      await died.documents.create(id, cause("c"), made(id));
      const deletion = () => ({ gone: true, checked: true, outbox: [entry] }) as const;
      await assert.rejects(died.documents.change(id, cause("d"), deletion), /died/);
      await died.documents.relayWaiting(0);
      assert.equal((await boxes.load(id))?.outbox.length, 1, "nothing is said of it before");

      const { documents, published } = given(undefined, {
        check: async () => (used ? new ProblemError("IN_USE", "somebody came") : null),
      });
      await documents.relayWaiting(0);
      assert.equal((await boxes.load(id))?.living === true, used);
      assert.equal(published.filter((message) => message.id.startsWith(`${id}:2`)).length, used ? 0 : 1);
      const again = documents.change(id, cause("d"), deletion);
      if (used) await assert.rejects(again, refused("IN_USE"));
      else assert.equal((await again).outcome, "repeated");
    });

  test("that is new and may not stay is taken back after a crash, so that the command can be given again", async () => {
    const died = given(undefined, { check: () => Promise.reject(new Error("died")) });
    const id = fresh();
    const checked = { ...made(id), checked: true } as const;
    await assert.rejects(died.documents.create(id, cause("c"), checked), /died/);
    const { documents, published } = given(undefined, { check: async () => new ProblemError("IN_USE", "full") });
    await assert.rejects(documents.create(id, cause("c"), checked), refused("IN_USE"));
    assert.equal(await boxes.load(id), null);
    assert.deepEqual(published, []);
  });

  test("says how long the oldest message has waited while nobody takes it", async () => {
    let now = 100_000;
    let away = true;
    const publish = () => {
      if (away) throw new Error("NATS is away");
    };
    const { documents } = given(publish, { now: () => now });
    const id = fresh();
    await documents.create(id, cause("c", { at: now }), made(id)).catch(() => {});
    now += 90_000;
    assert.equal(await documents.oldestWaitingMs(), 90_000);
    away = false;
    await documents.relayWaiting(0);
    assert.equal(await documents.oldestWaitingMs(), 0);
  });

  test("says facts about alerts once more with the same id, and nothing else", async () => {
    let now = 1_000_000;
    const { documents, published } = given(undefined, { now: () => now });
    const id = fresh();
    const alert = { subject: "s", type: "alert.raised.v1", body: {} };
    await documents.create(id, cause("c"), { body: { name: id, n: 0 }, outbox: [entry, alert] });
    const ids = () => published.map((message) => message.id).filter((one) => one.startsWith(id));
    now += 29_000;
    await documents.relayWaiting(0);
    assert.deepEqual(ids(), [`${id}:1:0`, `${id}:1:1`]);
    now += 2000;
    await documents.relayWaiting(0);
    await documents.relayWaiting(0);
    assert.deepEqual(ids(), [`${id}:1:0`, `${id}:1:1`, `${id}:1:1`]);
    const { said, sayAgainAt } = (await boxes.load(id)) ?? {};
    assert.deepEqual([said, sayAgainAt], [undefined, undefined]);
  });

  test("keeps its messages while the bus is away; the next round says them once, in order", async () => {
    let away = true;
    const { documents, published } = given(() => {
      if (away) throw new Error("away");
    });
    const id = fresh();
    await documents.create(id, cause("c"), { body: { name: id, n: 0 }, outbox: [entry, entry] });
    await documents.change(id, cause("k"), plusOne);
    assert.equal((await boxes.load(id))?.outbox.length, 3);
    away = false;
    assert.ok((await documents.relayWaiting(0)) >= 1);
    const mine = published.map((message) => message.id).filter((one) => one.startsWith(id));
    assert.deepEqual(mine, [`${id}:1:0`, `${id}:1:1`, `${id}:2:0`]);
    assert.equal((await boxes.load(id))?.outbox.length, 0);
  });
});

describe("a list", () => {
  test("whose messages a stream refuses keep no other from being relayed, however many they are", async () => {
    let full = true;
    const { documents, published } = given(({ subject }) => {
      if (full && subject !== "free") throw new Error("maximum bytes exceeded");
    });
    const stuck = Array.from({ length: 205 }, fresh);
    await Promise.all(stuck.map((id) => documents.create(id, cause("c"), made(id))));
    const id = fresh();
    const later = { ...entry, subject: "free", at: 2000 };
    await boxes.insert({
      ...{ _id: id, v: 1, name: id, n: 0, handled: [], createdAt: 0, changedAt: 0, living: true },
      outbox: [{ ...later, id: `${id}:1:0` }],
    });
    await documents.relayWaiting(0);
    await documents.relayWaiting(0);
    assert.deepEqual(
      published.map((message) => message.id),
      [`${id}:1:0`],
    );
    full = false;
    const { documents: restarted } = given();
    assert.equal(await restarted.relayWaiting(0), 200);
    assert.equal(await restarted.relayWaiting(0), 5);
  });

  test("pages through all of it once, in order, and refuses the cursor of another filter", async () => {
    const { documents } = given();
    const ids = Array.from({ length: 7 }, fresh);
    for (const [place, id] of ids.entries())
      await documents.create(id, cause("c"), { body: { name: id, n: 100 + (place % 2) } });
    const query = {
      filter: { n: { $gte: 100 } },
      sort: [
        ["n", -1],
        ["_id", 1],
      ] as const,
    };
    const pageOf = (more: { cursor?: string }, asked: Pick<ListQuery, "filter" | "sort"> = query) =>
      readPage(
        { limit: 2, ...more },
        asked,
        (page) => boxes.list(page),
        (found) => found.map(({ _id }) => _id),
      );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await pageOf(cursor ? { cursor } : {});
      seen.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor);
    const expected = [...ids.filter((_, place) => place % 2 === 1), ...ids.filter((_, place) => place % 2 === 0)];
    assert.deepEqual(seen, expected);
    const { next } = await pageOf({});
    const other = { ...query, filter: { n: 100 } };
    await assert.rejects(pageOf({ cursor: next ?? "" }, other), refused("INVALID"));
  });
});

test("a document that a majority has not got yet is not said to be another's", async () => {
  const id = fresh();
  const unseen = { ...boxes, insert: async () => "exists" as const, load: async () => null };
  const documents = createDocuments<Box>({
    store: unseen,
    publisher: { publish: async () => "stored" },
    what: (name) => `box ${name}`,
    taken: () => assert.fail("no other has its name"),
    logger: silent,
    failPoint: noFailPoint,
    now: () => 1,
  });
  await assert.rejects(documents.create(id, cause("c"), made(id)), refused("UNAVAILABLE"));
});

test("what is asked for together goes together, and a write that is refused fails alone", async () => {
  const things = store.db.collection<{ _id: string; n: number }>("things");
  const [read, write] = [groupReads(things, { filter: { n: { $gt: 0 } } }), groupWrites(things)];
  const commands = async () => {
    const { find, insert, update } = (await store.db.admin().command({ serverStatus: 1 })).metrics.commands;
    return find.total + insert.total + update.total;
  };
  const ids = Array.from({ length: 100 }, (_, n) => `together${n}`);
  const before = await commands();
  const written = await Promise.allSettled(
    [...ids, "together7"].map((_id, n) => write({ insertOne: { document: { _id, n } } })),
  );
  const found = await Promise.all(ids.map((id) => read(id)));
  assert.ok((await commands()) < before + 50, "not one request for each");
  const failed = written.flatMap((one, n) => (one.status === "rejected" ? [[n, one.reason.message]] : []));
  assert.deepEqual(
    failed.map(([n]) => n),
    [100],
  );
  assert.match(String(failed[0]?.[1]), /duplicate key/);
  assert.deepEqual(
    found.map((one) => one?._id ?? null),
    ids.map((id, n) => (n > 0 ? id : null)),
  );
});
