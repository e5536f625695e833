import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Lease } from "@mailfleet/kit";
import { Journal, type JournalPorts } from "./journal.ts";
import type { JournalDocument, JournalWrite } from "./journal-store.ts";

/** A journal whose writes are kept here, and end when they are let through. */
async function givenJournal() {
  const writes: JournalWrite[] = [];
  let through: Promise<void> = Promise.resolve();
  const lease = {
    filter: { _id: "a/0", "lease.fence": 1 },
    signal: new AbortController().signal,
    giveBack: async () => {},
    release: async () => {},
  } as unknown as Lease<JournalDocument>;
  const ports = {
    logger: { warn: () => {} },
    isOutage: () => false,
    leases: { take: async () => lease },
    journals: {
      write: async (_lease: unknown, write: JournalWrite) => {
        writes.push(write);
        await through;
        return true;
      },
    },
  } as unknown as JournalPorts;
  const journal = await Journal.open("a/0", ports);
  writes.length = 0;
  return {
    journal,
    writes,
    hold() {
      const held = Promise.withResolvers<void>();
      through = held.promise;
      return held.resolve;
    },
  };
}
const attempt = (id: string) => ({ id, attempt: 1 });

test("what a server answered goes into the journal with what enters next, and leaves with its send", async () => {
  const { journal, writes } = await givenJournal();
  await journal.enter(attempt("a"));
  journal.answered(attempt("a"), "250 taken");
  await journal.enter(attempt("b"));
  journal.leave(attempt("a"));
  await journal.enter(attempt("c"));
  assert.deepEqual(writes, [
    { entered: ["a:1"], answers: [], left: [] },
    { entered: ["b:1"], answers: [["a:1", "250 taken"]], left: [] },
    { entered: ["c:1"], answers: [], left: ["a:1"] },
  ]);
});

test("the journal keeps up with answers while something enters, also by a slow write, and not when nothing does", async () => {
  const { journal, writes, hold } = await givenJournal();
  await journal.enter(attempt("a"));
  const done = hold();
  journal.answered(attempt("a"), "250 taken");
  const entered = journal.enter(attempt("b"));
  while (writes.length < 2) await delay(1);
  await delay(30);
  assert.ok(journal.keepsUp, "the answer is on its way");
  done();
  await entered;
  journal.answered(attempt("b"), "250 taken");
  assert.ok(journal.keepsUp);
  await delay(30);
  assert.ok(!journal.keepsUp, "no write took the answer along");
});
