import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Alert, type AlertCleared, type AlertObject, type AlertRaised } from "@mailfleet/contracts";
import * as decisions from "../alert/decide.ts";
import { alertIdOf, shownAlert } from "../alert/decide.ts";
import type { AlertDocument } from "../alert/document.ts";
import { noticeDropped, noticePutOff, noticeSent } from "../notice/decide.ts";
import { noticeMail, successMail } from "../notice/text.ts";

/** The alert as it is kept after a decision, with everything that it has said. */
function kept(before: AlertDocument | null, decision: decisions.AlertDecision | null): AlertDocument | null {
  if (!decision) return null;
  const { object, code } = decision.after;
  const frame = { _id: alertIdOf(object, code), v: (before?.v ?? 0) + 1, handled: [], createdAt: 1, changedAt: 1 };
  const outbox = [...(before?.outbox ?? []), ...(decision.outbox as AlertDocument["outbox"])];
  return { ...decision.after, ...frame, outbox };
}
const raised = (before: AlertDocument | null, fact: AlertRaised, context: decisions.DecidingContext) =>
  kept(before, decisions.raised(before, fact, context));
const cleared = (before: AlertDocument, fact: AlertCleared, context: decisions.DecidingContext) =>
  kept(before, decisions.cleared(before, fact, context));

const sales: AlertObject = { type: "mailbox", id: "mb_sales1", direction: "inbound", label: "sales@example.org" };
const quietMs = 1000;
let messages = 0;
const gatherMs = 50;
const pace = { quietMs, gatherMs };
const context = (now: number, id = `m${++messages}`) => ({ origin: { id }, now, ...pace });
const rejected = (at: number, more: Partial<AlertRaised> = {}): AlertRaised => ({
  at,
  object: sales,
  code: "AUTHENTICATION_REJECTED",
  evidence: { host: "imap.example.org", port: 993, reply: "NO [AUTHENTICATIONFAILED] no such user", command: "LOGIN" },
  ...more,
});
const opened = (at: number, more?: Partial<AlertRaised>) => present(raised(null, rejected(at, more), context(at)));
const told = (alert: AlertDocument, at: number) =>
  noticeSent(alert, { kind: alert.notice.pending ?? "raised", episode: alert.episode }, at, pace);

function present<Value>(value: Value | null): Value {
  assert.ok(value, "something changes");
  return value;
}
/** The facts it says, as type and episode. */
const facts = (alert: AlertDocument) => alert.outbox.map((message) => message.id.split(":").slice(1).join(":"));

describe("an alert", () => {
  test("opens with the words of the closed list and says so once, however often it repeats", () => {
    let alert = opened(100);
    for (const at of [200, 300]) alert = present(raised(alert, rejected(at), context(at)));
    const shown = Alert.parse(shownAlert(alert));
    assert.equal(shown.id, alertIdOf(sales, "AUTHENTICATION_REJECTED"));
    assert.deepEqual([shown.firstAt, shown.lastAt, shown.count, shown.state], [100, 300, 3, "raised"]);
    assert.match(shown.text, /rejected the user name or password/);
    assert.equal(shown.severity, "error");
    assert.deepEqual(facts(alert), ["1:raised"]);
    assert.equal(alert.outbox[0]?.subject, "fact.alert.error.raised");
  });

  test("clears, and a new raise is a new episode of the same alert", () => {
    const first = opened(100);
    const over = present(cleared(first, { at: 200, object: sales }, context(200)));
    assert.deepEqual([over.state, over.clearedAt], ["cleared", 200]);
    const again = present(raised(over, rejected(300), context(300)));
    assert.equal(again._id, first._id);
    assert.deepEqual([again.firstAt, again.count, again.episode, again.clearedAt], [300, 1, 2, null]);
    assert.deepEqual(facts(again), ["1:raised", "1:cleared", "2:raised"]);
  });

  test("stays for as long as it is raised, however silent, and expires 30 days after it was cleared", () => {
    const alert = opened(100);
    assert.equal(alert.forgetAt, undefined);
    const over = present(cleared(alert, { at: 200, object: sales }, context(200)));
    assert.equal(over.forgetAt?.getTime(), 200 + 30 * 86_400_000);
    const again = present(raised(over, rejected(300), context(300)));
    assert.equal("forgetAt" in again, false);
  });

  test("is not cleared by what is older than its last raise, nor raised by what is older than its end", () => {
    const alert = present(raised(opened(100), rejected(300), context(300)));
    assert.equal(cleared(alert, { at: 200, object: sales }, context(310)), null);
    const over = present(cleared(alert, { at: 400, object: sales }, context(400)));
    assert.equal(raised(over, rejected(350), context(410)), null);
    assert.equal(cleared(over, { at: 500, object: sales }, context(500)), null);
  });

  test("keeps a code that the closed list does not know, as a warning", () => {
    const alert = opened(100, { code: "FROM_THE_FUTURE" });
    assert.equal(alert.code, "FROM_THE_FUTURE");
    assert.equal(alert.severity, "warning");
    assert.equal(opened(100, { code: "toString" }).severity, "warning");
  });

  test("has an id of its own for each direction", () => {
    assert.notEqual(alertIdOf(sales, "X"), alertIdOf({ ...sales, direction: "outbound" }, "X"));
    assert.notEqual(alertIdOf(sales, "X"), alertIdOf({ ...sales, direction: undefined }, "X"));
    assert.equal(alertIdOf(sales, "X"), alertIdOf({ ...sales, label: "another name" }, "X"));
  });
});

describe("its mail", () => {
  test("is due at once, and once for an episode with its repetitions", () => {
    const alert = opened(100);
    assert.deepEqual(
      [alert.notice.state, alert.notice.pending, alert.notice.due, alert.notice.since],
      ["pending", "raised", 100, 100],
    );
    const sent = told(alert, 120);
    assert.deepEqual([sent.notice.state, sent.notice.pending, sent.notice.due], ["sent", undefined, undefined]);
    const repeated = present(raised(sent, rejected(200), context(200)));
    assert.equal(repeated.notice.pending, undefined);
  });

  test("is followed by one about the recovery, at once, if people were told", () => {
    const over = present(cleared(told(opened(100), 120), { at: 130, object: sales }, context(130)));
    assert.deepEqual([over.notice.pending, over.notice.due], ["cleared", 130]);
    const done = told(over, 140);
    assert.deepEqual([done.notice.state, done.notice.pending, done.notice.toldEpisode], ["sent", undefined, 0]);
  });

  test("is not sent at all if the alert clears before", () => {
    const over = present(cleared(opened(100), { at: 110, object: sales }, context(110)));
    assert.deepEqual([over.notice.state, over.notice.pending, over.notice.due], ["none", undefined, undefined]);
  });

  test("that leaves while the alert clears is followed by the recovery all the same", () => {
    const taken = opened(100);
    const over = present(cleared(taken, { at: 110, object: sales }, context(110)));
    const sent = noticeSent(over, { kind: "raised", episode: 1 }, 120, pace);
    assert.deepEqual([sent.notice.pending, sent.notice.due], ["cleared", 120]);
  });

  test("keeps quiet about an alert that flaps: no recovery, then nothing new, while people think it is raised", () => {
    const over = present(cleared(told(opened(100), 120), { at: 130, object: sales }, context(130)));
    const again = present(raised(over, rejected(140), context(140)));
    assert.deepEqual([again.notice.state, again.notice.pending], ["sent", undefined]);
  });

  test("of the next episode waits for the quiet time since the last one", () => {
    const over = present(cleared(told(opened(100), 120), { at: 130, object: sales }, context(130)));
    const again = present(raised(told(over, 135), rejected(200), context(200)));
    assert.deepEqual([again.notice.pending, again.notice.due], ["raised", 120 + quietMs]);
  });

  test("is never about information, nor about mail that does not leave", () => {
    assert.equal(opened(100, { code: "TEST_PASSED" }).notice.state, "none");
    const relay = opened(100, { code: "NOTIFICATION_FAILED" });
    assert.deepEqual([relay.notice.state, relay.notice.pending], ["none", undefined]);
    assert.equal(relay.severity, "error");
  });

  test("about a mailbox that passed test and enable waits for others, and none says that this no longer holds", () => {
    const { direction: _, ...object } = sales;
    const passed = opened(100, { object, code: "MAILBOX_ENABLED", detail: "Receiving works since then." });
    assert.deepEqual([passed.notice.pending, passed.notice.due], ["raised", 100 + gatherMs]);
    const over = present(cleared(told(passed, 160), { at: 170, object }, context(170)));
    assert.deepEqual([over.notice.pending, over.notice.toldEpisode], [undefined, 0]);
    const again = present(raised(over, { at: 200, object, code: "MAILBOX_ENABLED" }, context(200)));
    assert.deepEqual([again.notice.pending, again.notice.due], ["raised", 160 + quietMs], "the next one is told, too");
  });

  test("that failed is due again; that was given up is not, nor is its recovery", () => {
    const alert = opened(100);
    assert.equal(present(noticePutOff(alert, 500)).notice.due, 500);
    const dropped = present(noticeDropped(alert, "failed", { episode: 1, now: 500 }));
    assert.deepEqual([dropped.notice.state, dropped.notice.pending], ["failed", undefined]);
    const over = present(cleared(dropped, { at: 600, object: sales }, context(600)));
    assert.equal(over.notice.pending, undefined);
    assert.equal(noticePutOff(over, 700), null);
  });

  test("that is given up while its alert ends, or begins anew, holds up nothing that comes after", () => {
    const taken = (alert: AlertDocument) => ({ ...alert, notice: { ...alert.notice, due: 9000, leaseUntil: 9000 } });
    const first = { episode: 1, now: 700 };
    const over = present(cleared(taken(opened(100)), { at: 600, object: sales }, context(600)));
    const free = present(noticeDropped(over, "none", first));
    assert.equal(present(raised(free, rejected(800), context(800))).notice.due, 800, "nobody waits for the lease");
    const anew = present(raised(over, rejected(650), context(650)));
    assert.equal(anew.notice.due, 9000);
    const { state, pending, due, leaseUntil } = present(noticeDropped(anew, "none", first)).notice;
    assert.deepEqual([state, pending, due, leaseUntil], ["pending", "raised", 700, undefined]);
  });

  test("of success names each mailbox with what works since when, and counts what is too many", () => {
    const passed = (n: number) => {
      const object = { type: "mailbox", id: `mb_${n}`, label: `m${n}@example.org` } as const;
      return opened(100, { object, code: "MAILBOX_ENABLED", detail: `Sending works since ${n}.` });
    };
    const one = successMail([passed(1)], "ann@example.org", "example.org");
    assert.equal(one.subject, "[Mailfleet] Information: mailbox m1@example.org: The mailbox passed test and enable.");
    assert.match(one.text, /m1@example\.org: Sending works since 1\.[\s\S]*What to do now:\nNothing\./);
    const many = successMail(
      Array.from({ length: 102 }, (_, n) => passed(n)),
      "ann@example.org",
      "example.org",
    );
    assert.equal(many.subject, "[Mailfleet] Information: 102 mailboxes passed test and enable.");
    assert.match(many.text, /m99@example\.org: [\s\S]*And 2 more\./);
    assert.notEqual(one.messageId, successMail([passed(1)], "bob@example.org", "example.org").messageId);
  });

  test("says what happened, to which mailbox, in the server's words, and what to do now", () => {
    const alert = opened(Date.UTC(2026, 0, 2, 3, 4), { object: { ...sales, label: "sales@example.org\r\nBcc: x@y" } });
    const mail = noticeMail(alert, "raised", "example.org");
    assert.equal(
      mail.subject,
      "[Mailfleet] Error: mailbox sales@example.org Bcc: x@y (inbound): The server rejected the user name or password.",
    );
    for (const words of [
      "2026-01-02T03:04:00.000Z",
      "What the server said: NO [AUTHENTICATIONFAILED] no such user",
      "Server: imap.example.org:993",
      "What to do now:\nSet the right credentials",
    ])
      assert.ok(mail.text.includes(words), `${words} is not in ${mail.text}`);
    const over = present(cleared(told(alert, 1), { at: Number.MAX_SAFE_INTEGER, object: sales }, context(2)));
    const recovery = noticeMail(over, "cleared", "example.org");
    assert.equal(recovery.inReplyTo, mail.messageId);
    assert.match(recovery.subject, /Recovered: .*sales@example\.org/);
  });
});
