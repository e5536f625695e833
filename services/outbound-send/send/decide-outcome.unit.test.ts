import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failureOf, Send } from "@mailfleet/contracts";
import { defaultPolicy } from "../ports.ts";
import { decideOutcome, hasExpired, type Outcome } from "./decide-outcome.ts";
import type { StoredSend } from "./send.ts";
import { showSend } from "./show-send.ts";

const send: StoredSend = {
  id: "sn_test",
  mailboxId: "mb_test",
  idempotencyKey: "k",
  contentHash: "h",
  by: "test",
  state: "sending",
  messageId: "<sn_test@example.org>",
  from: "a@example.org",
  envelopeFrom: "a@example.org",
  to: ["b@example.org", "c@example.org"],
  remaining: ["b@example.org", "c@example.org"],
  subject: "",
  size: 10,
  acceptedAt: 1000,
  changedAt: 1000,
  waitsSince: 1000,
  attempt: 1,
  deferrals: 0,
  attempts: [],
  claim: { owner: "t", startedAt: 2000 },
  nextAttemptAt: null,
  answer: null,
  rejected: [],
  commands: [],
};
const connection = {
  generation: 7,
  retryMs: 1000,
  sentCopy: "server" as const,
  uncertainPolicy: "hold" as const,
  sendExpiryMs: 60_000,
  messageRetentionDays: 1,
};
const decide = (outcome: Outcome, more: Partial<StoredSend> = {}, policy: "hold" | "resend" = "hold") =>
  decideOutcome({ ...send, ...more }, outcome, {
    connection: { ...connection, uncertainPolicy: policy },
    policy: defaultPolicy,
    now: 5000,
    owner: "t",
    startedAt: 2000,
  });
const types = (change: ReturnType<typeof decide>) => change.outbox.map(({ type }) => type);
const refused = (code: Parameters<typeof failureOf>[0], own: "message" | null = null): Outcome => ({
  type: "refused",
  failure: failureOf(code),
  own,
});
const lost: Outcome = { type: "unknown", reason: "gone", ended: true };

describe("decideOutcome", () => {
  it("is sent with the server's answer", () => {
    const change = decide({ type: "taken", submitted: { answer: "250 ok", rejected: [] } });
    assert.deepEqual(
      [change.state, change.answer, change.due, types(change)],
      ["sent", "250 ok", null, ["mail.sent.v1"]],
    );
  });

  it("tells the machine of a failure of the mailbox, with the generation it was seen in", () => {
    const change = decide(refused("AUTHENTICATION_REJECTED"));
    assert.equal(change.state, "waiting");
    assert.deepEqual(types(change), ["mailbox.run-failed.v1", "mail.waiting.v1"]);
    assert.equal(change.outbox[0]?.generation, 7);
  });

  it("does not use up attempts by waiting for the mailbox", () => {
    assert.equal(decide(refused("CONNECTION_REFUSED"), { deferrals: 9 }).state, "waiting");
  });

  it("fails after ten deferrals, and pauses longer from one to the next", () => {
    let before = 0;
    for (let deferrals = 0; deferrals < 9; deferrals++) {
      const change = decide(refused("MESSAGE_DEFERRED", "message"), { deferrals });
      assert.equal(change.state, "deferred");
      const pause = (change.nextAttemptAt ?? 0) - 5000;
      assert.ok(pause >= Math.min(before, 14_000) && pause <= 1.1 * 16_000, `${pause}`);
      assert.deepEqual(types(change), ["timer.set.v1", "mail.deferred.v1"]);
      before = pause;
    }
    assert.equal(decide(refused("MESSAGE_DEFERRED", "message"), { deferrals: 9 }).state, "failed");
  });

  it("is uncertain by policy: held with an alert, or tried again", () => {
    const held = decide(lost);
    assert.deepEqual([held.state, held.due, held.keepClaim], ["uncertain", null, true]);
    assert.deepEqual(types(held), ["mail.uncertain.v1", "alert.raised.v1"]);
    assert.equal(decide(lost, {}, "resend").state, "deferred");
    assert.equal(decide(lost, { deferrals: 9 }, "resend").state, "uncertain");
  });

  it("is sent for those who have it when the others are refused later", () => {
    const first = decide({
      type: "taken",
      submitted: { answer: "250 ok", rejected: [{ address: "c@example.org", reply: "450 busy", again: "later" }] },
    });
    assert.deepEqual([first.state, first.remaining, first.answer], ["deferred", ["c@example.org"], "250 ok"]);
    const last = decide(refused("RECIPIENT_REFUSED"), { answer: "250 ok", remaining: ["c@example.org"] });
    assert.deepEqual([last.state, last.rejected?.map(({ address }) => address)], ["sent", ["c@example.org"]]);
  });

  it("goes on at once with those whom the server did not take in one transaction, however many that are", () => {
    const submitted = {
      answer: "250 ok",
      rejected: [
        { address: "c@example.org", reply: "452 4.5.3 too many", again: "now" as const },
        { address: "d@example.org", reply: "550 5.1.1 unknown" },
      ],
    };
    const change = decide({ type: "taken", submitted }, { deferrals: 9 });
    assert.deepEqual([change.state, change.due, change.deferrals], ["deferred", 5000, 9]);
    assert.deepEqual(change.remaining, ["c@example.org"]);
    assert.deepEqual(change.rejected, [{ address: "d@example.org", reply: "550 5.1.1 unknown" }]);
    assert.deepEqual(types(change), ["timer.set.v1", "mail.deferred.v1"]);
  });

  it("goes back as it was when the service stops before it could have been sent", () => {
    const change = decide({ type: "aborted" });
    assert.deepEqual([change.state, change.attempt, types(change)], ["accepted", undefined, []]);
  });

  it("expires by the time it has waited since it was accepted or released", () => {
    assert.equal(hasExpired(send, 60_000, 60_000), false);
    assert.equal(hasExpired(send, 60_000, 61_001), true);
    assert.equal(hasExpired({ ...send, waitsSince: 50_000 }, 60_000, 61_001), false);
    assert.deepEqual(types(decide({ type: "expired" })), ["mail.expired.v1", "alert.raised.v1"]);
  });
});

describe("showSend", () => {
  it("shows the attempt under way and the last error with its remedy, and fits the contract", () => {
    const shown = showSend({ ...send, failure: failureOf("MESSAGE_DEFERRED") });
    assert.deepEqual(shown.attempts, [{ n: 1, startedAt: 2000 }]);
    assert.ok(shown.lastError?.remedy);
    assert.deepEqual(Send.parse(shown), shown);
  });
});
