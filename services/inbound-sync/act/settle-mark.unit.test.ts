import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mark } from "@mailfleet/connector-api";
import type { FailureError } from "@mailfleet/contracts";
import { checkMark, judgeMark, type Ours, settleMark } from "./settle-mark.ts";

const at = Date.UTC(2026, 10, 29, 12);
const never = new AbortController().signal;
const ours = (id: string, takeOver = false): Ours => ({ organisation: { id, name: id.slice(3) }, takeOver });
const mark = (organisation: string): Mark => ({ organisation, since: at });

/** A mailbox that keeps a mark; `meanwhile`: what somebody else does after each write. */
function mailbox(found: Mark | null = null, meanwhile: (box: { mark: Mark | null }) => void = () => {}) {
  const box = { mark: found, writes: 0 };
  const session = {
    readMark: async () => box.mark,
    writeMark: async (written: Mark) => {
      box.writes += 1;
      box.mark = written;
      meanwhile(box);
    },
    close: async () => {},
  };
  return { box, session };
}
const refused = (words: RegExp) => (error: FailureError) => {
  assert.equal(error.failure.code, "ITEMS_OF_ANOTHER_ORGANISATION");
  assert.match(error.failure.evidence?.reply ?? "", words);
  return true;
};

test("what is right for a mark", () => {
  const verdicts = [null, mark("og_one"), mark("og_two")].flatMap((found) =>
    [false, true].map((takeOver) => judgeMark(found, ours("og_one", takeOver))),
  );
  assert.deepEqual(verdicts, ["write", "write", "keep", "keep", "refuse", "take-over"]);
});

test("two organisations and one mailbox: the first has it, the second is refused until it takes over", async () => {
  const { box, session } = mailbox();
  assert.match(
    await settleMark(session, ours("og_one"), at, never),
    /from now on: one \(og_one\), since 2026-11-29 12:00 UTC/,
  );
  assert.match(await settleMark(session, ours("og_one"), at + 1, never), /ours already/);
  assert.equal(box.writes, 1, "a mark of ours stays as it was");
  await assert.rejects(settleMark(session, ours("og_two"), at, never), refused(/that of one \(og_one\), since 2026/));
  assert.match(await settleMark(session, ours("og_two", true), at, never), /taken over from one \(og_one\)/);
  await assert.rejects(checkMark(session, ours("og_one", true), at, never), refused(/that of two \(og_two\)/));
  await checkMark(session, ours("og_two"), at, never);
  assert.equal(box.mark?.organisation, "og_two");
});

test("of two that come at the same moment one is refused", async () => {
  const { session } = mailbox(null, (box) => {
    box.mark = mark("og_two");
  });
  await assert.rejects(settleMark(session, ours("og_one"), at, never), refused(/og_two/));
});

test("a mark that is gone is left again by daily work, and a server that keeps none is a failure", async () => {
  const { box, session } = mailbox();
  await checkMark(session, ours("og_one"), at, never);
  assert.equal(box.mark?.organisation, "og_one");
  const forgetful = mailbox(null, (one) => {
    one.mark = null;
  });
  await assert.rejects(settleMark(forgetful.session, ours("og_one"), at, never), /PROTOCOL_ERROR/);
});
