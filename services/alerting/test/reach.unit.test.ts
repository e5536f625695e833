import assert from "node:assert/strict";
import { test } from "node:test";
import { reachMs } from "../stream-watch/reach.ts";

const day = 86_400_000;
const at = 100 * day;
const facts = { name: "FACTS", bytes: 1000, maxBytes: 1000, oldestAt: at - 3 * day, maxAgeMs: 14 * day };

test("how far back a stream reaches follows from its oldest message when it is full, and before that from its pace", () => {
  assert.equal(reachMs(facts, at), 3 * day);
  assert.equal(reachMs({ ...facts, bytes: 500 }, at), 6 * day);
  assert.equal(reachMs({ ...facts, bytes: 100 }, at), 14 * day, "it never reaches further than it is to");
});

test("a stream that has hardly begun, is empty, or keeps what is not handled says nothing", () => {
  assert.equal(reachMs({ ...facts, bytes: 40, oldestAt: at - 60_000 }, at), 14 * day);
  assert.equal(reachMs({ ...facts, bytes: 0, oldestAt: null }, at), 14 * day);
  assert.equal(reachMs({ ...facts, maxAgeMs: 0 }, at), null);
});
