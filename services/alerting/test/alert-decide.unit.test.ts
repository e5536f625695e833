import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Alert, type AlertCleared, type AlertObject, type AlertRaised } from "@mailfleet/contracts";
import * as decisions from "../alert/decide.ts";
import { alertIdOf, shownAlert } from "../alert/decide.ts";
import type { AlertDocument } from "../alert/document.ts";
import { noticeSent } from "../notice/decide.ts";
import { successMail } from "../notice/text.ts";

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
  kept(before, decisions.cleared(before, fact, { ...context, keptMs: 40 * 86_400_000 }));

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
    assert.equal(over.forgetAt?.getTime(), 200 + 40 * 86_400_000);
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

describe("its incident", () => {
  test("hears of each change by another mark, not of a repetition; information has none and is forgotten", () => {
    const first = opened(100);
    const over = present(cleared(first, { at: 200, object: sales }, context(200)));
    const again = present(raised(over, rejected(300), context(300)));
    const repeated = present(raised(again, rejected(310), context(310)));
    assert.deepEqual(
      [first, over, again, repeated].map(({ incidentMark }) => incidentMark),
      [3, 2, 5, 5],
    );
    assert.equal(new Set([first, over, again, repeated].map(({ incidentId }) => incidentId)).size, 1);
    const information = opened(100, { code: "HISTORY_LOST" });
    assert.deepEqual([information.incidentId, information.incidentMark], [undefined, undefined]);
    assert.equal(information.forgetAt?.getTime(), 100 + 14 * 86_400_000);
  });

  test("of a deleted alert is over; the alert comes back when it is reported again", () => {
    const gone = present(kept(opened(100), decisions.deleted(opened(100), "ada", context(200))));
    assert.deepEqual([gone.state, gone.deletedBy, gone.incidentMark], ["cleared", "ada", 2]);
    assert.deepEqual(facts(gone), ["1:raised", "1:cleared"]);
    const again = present(raised(gone, rejected(300), context(300)));
    assert.deepEqual([again.state, again.deletedBy, again.forgetAt], ["raised", undefined, undefined]);
  });
});

describe("mail about success", () => {
  test("waits for others, and none says that this no longer holds", () => {
    const { direction: _, ...object } = sales;
    const passed = opened(100, { object, code: "MAILBOX_ENABLED", detail: "Receiving works since then." });
    assert.deepEqual([passed.notice.pending, passed.notice.due], ["raised", 100 + gatherMs]);
    const over = present(cleared(told(passed, 160), { at: 170, object }, context(170)));
    assert.deepEqual([over.notice.pending, over.notice.toldEpisode], [undefined, 0]);
    const again = present(raised(over, { at: 200, object, code: "MAILBOX_ENABLED" }, context(200)));
    assert.deepEqual([again.notice.pending, again.notice.due], ["raised", 160 + quietMs], "the next one is told, too");
  });

  test("of success names each mailbox with what works since when, and counts what is too many", () => {
    const passed = (n: number) => {
      const object = { type: "mailbox", id: `mb_${n}`, label: `m${n}@example.org` } as const;
      return opened(100, { object, code: "MAILBOX_ENABLED", detail: `Sending works since ${n}.` });
    };
    const one = successMail([passed(1)], "ann@example.org", { domain: "example.org", language: "en" });
    assert.equal(one.subject, "[Mailfleet] Information: mailbox m1@example.org: The mailbox passed test and enable.");
    assert.match(one.text, /m1@example\.org: Sending works since 1\.[\s\S]*What to do now:\nNothing\./);
    const many = successMail(
      Array.from({ length: 102 }, (_, n) => passed(n)),
      "ann@example.org",
      { domain: "example.org", language: "en" },
    );
    assert.equal(many.subject, "[Mailfleet] Information: 102 mailboxes passed test and enable.");
    assert.match(many.text, /m99@example\.org: [\s\S]*And 2 more\./);
    assert.notEqual(
      one.messageId,
      successMail([passed(1)], "bob@example.org", { domain: "example.org", language: "en" }).messageId,
    );
  });
});
