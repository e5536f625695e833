import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceDocument } from "../source/document.ts";
import { settledInbox } from "./settled-inbox.ts";

const now = 10_000_000;
const settled: SourceDocument = {
  _id: "mb_test",
  cursor: { uid: 2 },
  settled: { state: "7 3 2 5 -", at: now - 1000 },
  auditAt: now + 1000,
};

test("a poll may prove that nothing has changed only where nothing is left over, and for an hour", () => {
  assert.deepEqual(settledInbox(settled, now), { cursor: { uid: 2 }, state: "7 3 2 5 -" });
  const { settled: word, ...unsettled } = settled;
  const state = word?.state ?? "";
  const others: Readonly<Record<string, SourceDocument>> = {
    "nothing is known": unsettled,
    "it begins anew": { ...settled, cursor: null },
    "an hour has passed": { ...settled, settled: { state, at: now - 3_600_000 } },
    "clocks differ": { ...settled, settled: { state, at: now + 1 } },
    "everything is compared": { ...settled, comparing: true },
    "facts may be missing": { ...settled, pending: { ids: ["1"] } },
    "an alert is to be cleared": { ...settled, quarantined: true },
    "a message is set aside": {
      ...settled,
      setAside: [{ name: "1", tries: 1, nextAt: now + 1, at: 1, failure: { code: "PROTOCOL_ERROR" } } as never],
    },
    "the connection has ended at a message": { ...settled, breaks: [{ name: "1", times: 1 }] },
    "an audit is due": { ...settled, auditAt: now },
  };
  for (const [what, source] of Object.entries(others)) assert.equal(settledInbox(source, now), undefined, what);
});
