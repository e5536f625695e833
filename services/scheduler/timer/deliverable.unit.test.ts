import assert from "node:assert/strict";
import { test } from "node:test";
import { subjects } from "@mailfleet/contracts";
import { undeliverable } from "./deliverable.ts";

const run = { mailboxId: "mb_test1", direction: "inbound", purpose: "sync", generation: 1 };
const runAt = (subject: string, body: Record<string, unknown> = run) =>
  undeliverable({ subject, type: "run.requested.v1", body });

test("runs, mailbox events and sends can be delivered", () => {
  assert.equal(runAt(subjects.run("inbound", "sync", "mb_test1", 1)), null);
  assert.equal(runAt(subjects.run("outbound", "test", "mb_test1", 7), { ...run, purpose: "test" }), null);
  const fired = { mailboxId: "mb_test1", direction: "inbound", generation: 1 };
  assert.equal(
    undeliverable({ subject: subjects.mailboxEvent("mb_test1"), type: "mailbox.timer-fired.v1", body: fired }),
    null,
  );
  const due = { mailboxId: "mb_test1" };
  assert.equal(undeliverable({ subject: subjects.send("mb_test1"), type: "sends.due.v1", body: due }), null);
});

test("what no stream, no consumer or no handler would take is named", () => {
  assert.match(runAt("elsewhere.x") ?? "", /cannot deliver to elsewhere/);
  assert.match(runAt(subjects.timerSet("mb_test1")) ?? "", /cannot deliver/, "no timer sets timers");
  assert.match(runAt("send.mb_test1.sn_1.more") ?? "", /no stream takes/);
  assert.match(runAt("run.inbound.sync.*") ?? "", /no stream takes/);
  assert.match(runAt("run.inbound.sync.mb test") ?? "", /no stream takes/);
  assert.match(runAt("run.sideways.sync.mb_test1") ?? "", /no consumer takes/);
  assert.match(runAt(subjects.run("inbound", "sync", "mb_test1", 1), {}) ?? "", /malformed/);
});
