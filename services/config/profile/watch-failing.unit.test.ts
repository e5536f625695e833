import assert from "node:assert/strict";
import { test } from "node:test";
import { givenProfile } from "../test/given-documents.ts";
import { decideFailing } from "./watch-failing.ts";

const at = 1_800_000_000_000;
const minutes = (count: number) => at + count * 60_000;
const since = (isTold: boolean) => ({ ...givenProfile(), failing: { since: at, isTold } });

/** What is said, and what is kept. */
function decided(profile: ReturnType<typeof givenProfile>, all: number, failing: number, now = at) {
  const found = decideFailing(profile, { all, failing }, now);
  return found && [found.failing, found.outbox.map(({ type }) => type)];
}

test("exactly half of the mailboxes is not more than half, and one alone has alerts of its own", () => {
  assert.equal(decided(givenProfile(), 4, 2), null);
  assert.equal(decided(givenProfile(), 1, 1), null);
});

test("more than half is noted at once and told when it has lasted, once", () => {
  assert.deepEqual(decided(givenProfile(), 4, 3), [{ since: at, isTold: false }, []]);
  assert.equal(decided(since(false), 4, 3, minutes(9)), null);
  assert.deepEqual(decided(since(false), 4, 3, minutes(10)), [{ since: at, isTold: true }, ["alert.raised.v1"]]);
  assert.equal(decided(since(true), 4, 4, minutes(20)), null);
});

test("its end is told where its beginning was", () => {
  assert.deepEqual(decided(since(false), 4, 2, minutes(5)), [undefined, []]);
  assert.deepEqual(decided(since(true), 4, 2, minutes(15)), [undefined, ["alert.cleared.v1"]]);
});

test("nothing is told of a profile that is deactivated, or that wants no such alert", () => {
  assert.equal(decided({ ...givenProfile(), active: false }, 4, 4), null);
  assert.equal(decided(givenProfile({ massFailureAlert: false }), 4, 4), null);
  const silenced = { ...givenProfile({ massFailureAlert: false }), failing: { since: at, isTold: true } };
  assert.deepEqual(decided(silenced, 4, 4), [undefined, ["alert.cleared.v1"]]);
});
