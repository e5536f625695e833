import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { collections } from "../collections.ts";
import type { SourceDocument } from "../source/document.ts";
import { createWatchStore } from "../watch/store.ts";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";

const mailboxes = 5000;
const holders = ["p0", "p1", "p2", "p3"];
const at = Date.now();
const hour = 3_600_000;

let given: GivenInbound;
before(async () => {
  given = await givenInbound();
});
after(() => given?.stop());

/** A mailbox as a day of polls leaves it: four of five are watched, the others rest; some are retried, some switched off. */
function source(n: number): SourceDocument {
  const resting = { holder: null, generation: 1, state: "polling", since: at, restUntil: at + hour } as const;
  const held = { holder: `p${n % 4}`, generation: 1, state: "idle", since: at } as const;
  const expects = n % 50 === 1 ? "run" : "success";
  const expected = n % 70 === 3 ? null : ({ expects, since: at, everyMs: 300_000, generation: 1 } as const);
  return {
    _id: `mb_${n}`,
    ...{ mailboxV: 1, expected, lastRunAt: at, lastProvedSuccessAt: at },
    ...(expected && { silentAt: at + 900_000 }),
    watching: n % 5 === 0 ? resting : held,
  };
}

/** How many documents and keys of `sources` MongoDB looked at. */
async function examined(work: () => Promise<unknown>) {
  const { db } = given.store;
  await db.command({ profile: 2 });
  await work().finally(() => db.command({ profile: 0 }));
  const profile = db.collection<{ docsExamined?: number; keysExamined?: number }>("system.profile");
  const all = await profile.find({ ns: `${db.databaseName}.${collections.sources.name}` } as never).toArray();
  await profile.drop();
  assert.ok(all.length > 0, "something was asked");
  const sum = (what: "docsExamined" | "keysExamined") => all.reduce((total, one) => total + (one[what] ?? 0), 0);
  return { documents: sum("docsExamined"), keys: sum("keysExamined") };
}

test("among 5,000 mailboxes a sweep looks at what there is to do and little else", async () => {
  const sources = given.store.db.collection<SourceDocument>(collections.sources.name);
  await sources.insertMany(Array.from({ length: mailboxes }, (_, n) => source(n)));
  const watches = createWatchStore(given.store);
  const isFew = ({ documents, keys }: { documents: number; keys: number }, more = 0) =>
    assert.ok(documents <= more && keys <= more + 20, `${documents} documents and ${keys} keys`);
  const freeOf = async (living: readonly string[]) => (await watches.free(living, at, 10)).length;

  // Nothing to do.
  isFew(await examined(async () => assert.equal(await freeOf(holders), 0)));
  isFew(await examined(async () => assert.deepEqual(await given.sources.findStalled(at), [])));
  // A process sees its own only, and who counts reads no document of a watch that is held.
  const own = await watches.held("p2");
  isFew(await examined(() => watches.held("p2")), own.length);
  assert.equal((await examined(() => watches.count(holders, at))).documents, 0);

  // A process has gone, and a mailbox is new.
  isFew(await examined(async () => assert.equal(await freeOf(holders.slice(1)), 10)), 10);
  await given.sources.expect("mb_new", 1, { expects: "success", since: at, everyMs: 1000, generation: 1 });
  isFew(await examined(async () => assert.equal(await freeOf(holders), 1)), 1);
  // A rest ends with its generation, unless the server wants fewer connections.
  await sources.updateOne({ _id: "mb_10" }, { $set: { "watching.crowded": true } });
  for (const mailboxId of ["mb_5", "mb_10"])
    await given.sources.expect(mailboxId, 2, { expects: "success", since: at, everyMs: 300_000, generation: 2 });
  assert.deepEqual((await watches.free(holders, at, 10)).map(({ mailboxId }) => mailboxId).sort(), ["mb_5", "mb_new"]);
  // One is silent, until that is told.
  const silent = async () => (await given.sources.findStalled(at + 20_000)).map(({ _id }) => _id);
  isFew(await examined(async () => assert.deepEqual(await silent(), ["mb_new"])), 1);
  await given.sources.markStalled("mb_new", "noticed");
  assert.deepEqual(await silent(), ["mb_new"]);
  await given.sources.markStalled("mb_new", "told");
  assert.deepEqual(await silent(), []);
  await given.sources.stampTest("mb_new", { at: at + 20_000, ok: true });
  await given.sources.markStalled("mb_new", null);
  assert.deepEqual(await silent(), [], "it was heard");
});
