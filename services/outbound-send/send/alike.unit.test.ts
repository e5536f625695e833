import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FailureCode, failureOf } from "@mailfleet/contracts";
import { Alike } from "./alike.ts";
import type { Outcome } from "./decide-outcome.ts";

type Own = Extract<Outcome, { type: "refused" }>["own"];

/** One mailbox; what is said of each message: `mailbox` or `own`. */
function given() {
  const alike = new Alike();
  let now = 0;
  return {
    alike,
    wait: (ms: number) => {
      now += ms;
    },
    taken: (id: string) =>
      alike.weigh({ id, mailboxId: "mb_1" }, { type: "taken", submitted: { answer: "250", rejected: [] } }, now),
    refused: (id: string, code: FailureCode = "SERVER_UNAVAILABLE", own: Own = "message", kind?: "message") => {
      const outcome: Outcome = { type: "refused", failure: { ...failureOf(code), ...(kind && { kind }) }, own };
      const weighed = alike.weigh({ id, mailboxId: "mb_1" }, outcome, now);
      return weighed.type === "refused" && weighed.own === null && weighed.failure.kind !== "message"
        ? `mailbox ${weighed.failure.code}`
        : "own";
    },
  };
}

describe("messages that fail alike", () => {
  it("are the mailbox's failure from the third different one on", () => {
    const { refused } = given();
    assert.deepEqual(
      ["a", "a", "a", "b", "c", "a"].map((id) => refused(id)),
      ["own", "own", "own", "own", "mailbox SERVER_UNAVAILABLE", "mailbox SERVER_UNAVAILABLE"],
    );
  });
  it("must meet the same", () => {
    const { refused } = given();
    assert.equal(refused("a"), "own");
    assert.equal(refused("b", "CONNECTION_LOST"), "own");
    assert.equal(refused("c", "CONNECTION_TIMEOUT"), "own");
  });
  it("fail by themselves once another one was taken, however often they fail again", () => {
    const { refused, taken } = given();
    for (const id of ["a", "b", "c"]) refused(id);
    taken("d");
    for (const id of ["a", "b", "c", "a", "b", "c"]) assert.equal(refused(id), "own");
    assert.equal(refused("e"), "own");
    assert.equal(refused("f"), "own");
    assert.equal(refused("g"), "mailbox SERVER_UNAVAILABLE");
  });
  it("are never the mailbox's where it is about recipients, contents or ourselves", () => {
    const { refused } = given();
    for (const id of ["a", "b", "c", "d"]) {
      assert.equal(refused(id, "MESSAGE_DEFERRED", "recipient"), "own");
      assert.equal(refused(id, "MESSAGE_REFUSED", null), "own");
      assert.equal(refused(id, "RECIPIENT_REFUSED", null), "own");
      assert.equal(refused(id, "INTERNAL_ERROR"), "own");
    }
  });
  it("stop the mailbox where the server refuses its sender, and make it wait where it puts all off", () => {
    const { refused } = given();
    const sender = (id: string) => refused(id, "SENDER_REFUSED", null, "message");
    assert.deepEqual(["a", "b", "c"].map(sender), ["own", "own", "mailbox SENDER_REFUSED"]);
    const later = (id: string) => refused(id, "MESSAGE_DEFERRED");
    assert.deepEqual(["a", "b", "c"].map(later), ["own", "own", "mailbox SERVER_UNAVAILABLE"]);
  });
  it("are forgotten after a day", () => {
    const { refused, wait } = given();
    refused("a");
    refused("b");
    wait(86_400_001);
    assert.equal(refused("c"), "own");
  });
});
