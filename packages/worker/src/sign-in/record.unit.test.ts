import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Asking, afterwards, leaveFor, type Refusal, type SignInRecord } from "./record.ts";

const at = 1_800_000_000_000;
const asking: Asking = {
  credential: "one",
  by: "me",
  now: at,
  mailbox: "mb_1",
  mailboxes: 1,
  asked: null,
  connectionTimeoutMs: 10_000,
};
const evidence = { reply: "NO wrong" };
const refusal = { at: at - 1000, times: 1, mailboxes: ["mb_2"], evidence };
const record: SignInRecord = {
  ...{ _id: "pf_1/inbound", v: 4, credential: "one", trying: null, workedAt: null, refused: null, told: false },
};
const minuteAgo = at - 61_000;
const old = { ...refusal, at: minuteAgo };
const three = ["a", "b", "c"];
const trying = { by: "another", until: at + 1 };

/** What is known, who asks, and what follows: `go` with all others, `first`, `wait`, or `refused`. */
const rows: readonly (readonly [string, Partial<SignInRecord> | null, Partial<Asking>, string])[] = [
  ["nothing is known", null, {}, "first"],
  ["they never worked", {}, {}, "first"],
  ["they have just worked", { workedAt: at - 1000 }, {}, "go"],
  ["they worked a minute ago", { workedAt: minuteAgo }, {}, "first"],
  ["another tries", { trying }, {}, "wait"],
  ["one that died was trying", { trying: { ...trying, until: at - 1 } }, {}, "first"],
  ["another credential is tried", { trying, credential: "other" }, {}, "first"],
  ["they were refused", { refused: refusal }, {}, "refused"],
  ["they were refused a minute ago, and never worked", { refused: old }, {}, "first"],
  ["they were refused just now, and a mailbox is tested", { refused: refusal }, { asked: "test" }, "refused"],
  ["they were refused a minute ago, and a mailbox is tested", { refused: old }, { asked: "test" }, "first"],
  ["they were refused just now, and the profile is tested", { refused: refusal }, { asked: "connection" }, "first"],
  ["they had worked, and were refused once", { refused: old, workedAt: 1 }, {}, "first"],
  ["they were refused twice", { refused: { ...old, times: 2 }, workedAt: 1 }, {}, "refused"],
  ["others were refused", { refused: refusal, credential: "other" }, {}, "first"],
  ["one of three addressed mailboxes was refused", { refused: refusal }, { mailboxes: 3 }, "first"],
  ["three were", { refused: { ...refusal, mailboxes: three } }, { mailboxes: 3 }, "refused"],
  ["three were, again and again", { refused: { ...old, times: 9, mailboxes: three } }, { mailboxes: 3 }, "first"],
  [
    "three were, again and again, and one of them asks",
    { refused: { ...old, times: 9, mailboxes: three } },
    { mailboxes: 3, mailbox: "c" },
    "refused",
  ],
  [
    "a hundred were",
    { refused: { ...old, times: 9, mailboxes: Array.from({ length: 100 }, (_, n) => `mb_${n}`) } },
    { mailboxes: 3, mailbox: "other" },
    "refused",
  ],
];

describe("the credentials of a profile", () => {
  for (const [what, known, who, expected] of rows)
    test(`${what}: ${expected}`, () => {
      const leave = leaveFor("pf_1/inbound", known && { ...record, ...known }, { ...asking, ...who });
      assert.equal(leave.is === "go" && leave.next ? "first" : leave.is, expected);
      if (leave.is === "go" && leave.next) assert.equal(leave.next.trying?.by, "me");
    });

  test("one that signs in holds the others up a little longer than its connection may take, 45 seconds at most", () => {
    const until = (connectionTimeoutMs: number) => {
      const leave = leaveFor("pf_1/inbound", null, { ...asking, connectionTimeoutMs });
      return leave.is === "go" ? (leave.next?.trying?.until ?? 0) - at : leave.is;
    };
    assert.deepEqual([until(10_000), until(100_000)], [15_000, 45_000]);
  });

  test("what is refused is to be told anew, and what was forgotten is taken for told", () => {
    const refused = afterwards({ ...record, told: true }, asking, { is: "refused", evidence });
    const one = afterwards({ ...record, told: true }, { ...asking, mailboxes: 3 }, { is: "refused", evidence });
    assert.deepEqual([refused?.told, one?.told], [false, true]);
    const leave = leaveFor("pf_1/inbound", null, asking);
    assert.equal(leave.is === "go" && leave.next?.told, true);
  });

  test("a refusal is kept with its mailboxes, a success ends it, and what is old changes nothing", () => {
    const mine = { ...record, trying: { by: "me", until: at + 1 } };
    const refused = afterwards({ ...mine, refused: refusal }, { ...asking, mailboxes: 3 }, { is: "refused", evidence });
    assert.deepEqual(refused?.refused, { at, times: 1, mailboxes: ["mb_2", "mb_1"], evidence }, "under way together");
    assert.equal(afterwards({ ...mine, refused: old }, asking, { is: "refused", evidence })?.refused?.times, 2);
    assert.equal(refused?.trying, null);
    const worked = afterwards(refused, asking, { is: "worked" });
    assert.deepEqual([worked?.refused, worked?.workedAt], [null, at]);
    assert.equal(afterwards(worked, asking, { is: "worked" }), null, "known already");
    assert.equal(afterwards(mine, asking, null)?.trying, null, "came to no answer");
    assert.equal(afterwards(mine, { ...asking, credential: "older" }, { is: "refused", evidence }), null);
  });

  test("a refusal says when this mailbox may try again, if it may", () => {
    const told = (refused: Refusal, who: Partial<Asking> = {}) => {
      const leave = leaveFor("pf_1/inbound", { ...record, refused }, { ...asking, ...who });
      return leave.is === "refused" ? leave.retryAfterMs : leave.is;
    };
    assert.equal(told(refusal), 59_000);
    assert.equal(told({ ...refusal, times: 2 }), undefined);
    const many = { ...refusal, times: 2, mailboxes: three };
    assert.equal(told(many, { mailboxes: 3 }), 59_000, "it was not refused yet");
    assert.equal(told(many, { mailboxes: 3, mailbox: "a" }), undefined);
  });

  test("a mailbox that is refused again does not hold up those that were not, another does", () => {
    const before = { ...record, refused: { ...old, mailboxes: three } };
    const refusedFor = (mailbox: string) =>
      afterwards(before, { ...asking, mailboxes: 3, mailbox }, { is: "refused", evidence })?.refused;
    assert.deepEqual(refusedFor("a"), { at: minuteAgo, times: 2, mailboxes: three, evidence });
    assert.deepEqual(refusedFor("d"), { at, times: 2, mailboxes: [...three, "d"], evidence });
  });
});
