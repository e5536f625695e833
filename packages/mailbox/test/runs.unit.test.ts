import assert from "node:assert/strict";
import { test } from "node:test";
import { failureCodes, failureOf, RetryPolicy } from "@mailfleet/contracts";
import { lifecycle, statusOf, summaryOf } from "@mailfleet/mailbox";
import { defaultPolicy, enabledStory, minute, type Story, story } from "./story.ts";

const codes = (told: Story) => told.some("raiseAlert").map((alert) => alert.code);
const cleared = (told: Story) => told.some("clearAlert").flatMap((alert) => alert.codes ?? []);
const onceMore = RetryPolicy.parse({ maximumAttempts: 1 });

test("when a test passes, then inbound polls at once and regularly, outbound waits for sends, and people hear it", () => {
  const told = story();
  told.tell({ type: "test", enable: true });
  told.ok("inbound", "test");
  assert.deepEqual(told.some("setTimer"), [
    {
      type: "setTimer",
      name: "inbound",
      direction: "inbound",
      due: told.at,
      everyMs: 5 * minute,
      generation: told.generation("inbound"),
      deliver: "run",
      purpose: "sync",
    },
  ]);
  assert.deepEqual(codes(told), ["TEST_PASSED"]);
  told.ok("outbound", "test");
  assert.deepEqual([told.some("setTimer"), told.some("clearTimer")], [[], [{ type: "clearTimer", name: "outbound" }]]);
  assert.equal(lifecycle(told.machine), "enabled.running");
});

test("a test that gives no result before its deadline counts as lost, and its late result is stale", () => {
  const told = story();
  told.tell({ type: "test", enable: true });
  const generation = told.generation("inbound");
  told.timer("inbound");
  assert.equal(told.state("inbound"), "retesting");
  assert.equal(statusOf(told.machine, "inbound", defaultPolicy).lastError?.code, "RUN_LOST");
  const late = told.say({ type: "runSucceeded", direction: "inbound", purpose: "test", generation });
  assert.equal(late.outcome, "ignored");
});

test("ten parallel failures of one outage count as one", () => {
  const told = enabledStory();
  const generation = told.generation("outbound");
  const failure = { kind: "transient", code: "CONNECTION_LOST" } as const;
  for (let send = 0; send < 10; send++)
    told.say({ type: "runFailed", direction: "outbound", purpose: "sync", generation, failure });
  assert.equal(statusOf(told.machine, "outbound", defaultPolicy).attempt, 1);
});

test("a failure of one message does not touch the mailbox", () => {
  const told = enabledStory();
  assert.equal(told.failed("outbound", "sync", "RECIPIENT_REFUSED").outcome, "ignored");
});

test("a test whose message is refused has failed, at once, also beside daily work", () => {
  const told = story();
  told.tell({ type: "test", enable: true });
  told.ok("inbound", "test");
  assert.equal(told.failed("outbound", "test", "MESSAGE_REFUSED").outcome, "accepted");
  assert.deepEqual([told.state("outbound"), codes(told)], ["failed.final", ["MESSAGE_REFUSED"]]);
  const working = enabledStory();
  working.tell({ type: "test", enable: false });
  assert.equal(working.failed("outbound", "test", "RECIPIENT_REFUSED").outcome, "accepted");
  assert.deepEqual([working.state("outbound"), codes(working)], ["enabled.running", ["RECIPIENT_REFUSED"]]);
  assert.equal(statusOf(working.machine, "outbound", defaultPolicy).verdict, "Failure");
});

test("a poll that ends well while the direction runs changes nothing", () => {
  assert.equal(enabledStory().ok("inbound", "sync").outcome, "ignored");
});

test("a transient failure warns once, another cause once more, and recovery clears both", () => {
  const told = enabledStory();
  told.failed("inbound", "sync", "CONNECTION_REFUSED");
  assert.deepEqual(codes(told), ["CONNECTION_REFUSED"]);
  told.failed("inbound", "sync", "CONNECTION_REFUSED");
  assert.deepEqual(codes(told), []);
  told.failed("inbound", "sync", "CONNECTION_TIMEOUT");
  assert.deepEqual(codes(told), ["CONNECTION_TIMEOUT"]);
  told.ok("inbound", "sync");
  assert.deepEqual(cleared(told), ["CONNECTION_REFUSED", "CONNECTION_TIMEOUT"]);
  assert.equal(told.some("setTimer")[0]?.due, told.at + 5 * minute, "it has just polled");
});

test("directions live apart: one fails for good, the mailbox is degraded, the other goes on", () => {
  const told = enabledStory();
  told.failed("outbound", "sync", "SENDER_REFUSED");
  assert.deepEqual([told.state("outbound"), told.state("inbound")], ["failed.final", "enabled.running"]);
  assert.equal(lifecycle(told.machine), "enabled.degraded");
  assert.deepEqual(codes(told), ["SENDER_REFUSED"]);
});

test("refused credentials get one second chance, then the direction stops", () => {
  const told = enabledStory({ configured: ["inbound"] });
  told.failed("inbound", "sync", "AUTHENTICATION_REJECTED");
  assert.deepEqual([told.state("inbound"), codes(told)], ["enabled.retrying", []]);
  told.failed("inbound", "sync", "AUTHENTICATION_REJECTED");
  assert.deepEqual([told.state("inbound"), codes(told)], ["failed.final", ["AUTHENTICATION_REJECTED"]]);
  assert.equal(lifecycle(told.machine), "disabled.credentialsExpired");
});

test("a success gives the second chance back", () => {
  const told = enabledStory();
  told.failed("inbound", "sync", "AUTHENTICATION_REJECTED");
  told.ok("inbound", "sync");
  told.failed("inbound", "sync", "AUTHENTICATION_REJECTED");
  assert.equal(told.state("inbound"), "enabled.retrying");
});

for (const [code, word] of [
  ["CONSENT_EXPIRED", "disabled.consentExpired"],
  ["CONSENT_MISSING", "disabled.consentMissing"],
  ["CREDENTIALS_MISSING", "disabled.credentialsMissing"],
  ["CREDENTIALS_NOT_ALLOWED", "disabled.credentialsMissing"],
  ["INBOX_UNAVAILABLE", "disabled.failed"],
  ["INTERNAL_ERROR", "disabled.failed"],
] as const)
  test(`${code} has no second chance: ${word}`, () => {
    const told = enabledStory({ configured: ["inbound"] });
    told.failed("inbound", "sync", code);
    assert.deepEqual([told.state("inbound"), lifecycle(told.machine)], ["failed.final", word]);
  });

test("a probe brings a failed direction back, with a poll at once and its alerts cleared", () => {
  const told = enabledStory({ configured: ["inbound"] }, onceMore);
  for (const _ of [1, 2]) told.failed("inbound", "sync", "CONNECTION_REFUSED");
  assert.equal(lifecycle(told.machine), "disabled.failed");
  assert.match(told.some("raiseAlert")[0]?.detail ?? "", /disabled now after 2 failures.*every 1 h/);
  told.failed("inbound", "probe", "CONNECTION_TIMEOUT");
  assert.deepEqual([told.state("inbound"), codes(told)], ["failed.probing", []], "repeats no alert");
  assert.equal(
    statusOf(told.machine, "inbound", onceMore).lastError?.code,
    "CONNECTION_TIMEOUT",
    "but knows the latest",
  );
  told.ok("inbound", "probe");
  assert.deepEqual([told.state("inbound"), cleared(told)], ["enabled.running", ["CONNECTION_REFUSED"]]);
  assert.equal(told.some("setTimer")[0]?.due, told.at);
});

test("a probe that meets a cause no waiting cures ends the probing and says so", () => {
  const told = enabledStory({ configured: ["inbound"] }, onceMore);
  for (const _ of [1, 2]) told.failed("inbound", "sync", "CONNECTION_REFUSED");
  told.failed("inbound", "probe", "ACCOUNT_DISABLED");
  assert.deepEqual([told.state("inbound"), codes(told)], ["failed.final", ["ACCOUNT_DISABLED"]]);
});

test("what is not wanted is not probed", () => {
  const told = story({ configured: ["inbound"] }, onceMore);
  told.tell({ type: "test", enable: false });
  told.failed("inbound", "test", "CONNECTION_REFUSED");
  told.timer("inbound");
  told.failed("inbound", "test", "CONNECTION_REFUSED");
  assert.deepEqual([told.state("inbound"), lifecycle(told.machine)], ["failed.final", "approved"]);
});

test("a test of a working direction runs beside the work, which goes on with its rhythm", () => {
  const told = enabledStory();
  const due = told.some("setTimer")[0]?.due ?? told.machine.directions.inbound.context.next?.at ?? 0;
  told.at += 7 * minute;
  told.tell({ type: "test", enable: false, directions: ["inbound"] });
  assert.equal(told.state("inbound"), "enabled.running");
  assert.deepEqual(
    told.some("setTimer").map(({ name, due, deliver, generation }) => ({ name, due, deliver, generation })),
    [
      { name: "inbound", due: due + 10 * minute, deliver: "run", generation: told.generation("inbound") },
      { name: "inbound-test", due: told.at + 15 * minute, deliver: "event", generation: told.generation("inbound") },
    ],
  );
  told.ok("inbound", "test");
  assert.deepEqual([cleared(told), codes(told)], [[], ["TEST_PASSED"]]);
  assert.deepEqual(told.some("clearTimer"), [{ type: "clearTimer", name: "inbound-test" }]);
});

test("a failed test beside the work is judged and told, and the work goes on", () => {
  const told = enabledStory();
  told.tell({ type: "test", enable: false, directions: ["inbound"] });
  told.failed("inbound", "test", "INBOX_UNAVAILABLE");
  assert.equal(told.state("inbound"), "enabled.running");
  assert.equal(told.machine.directions.inbound.context.verdict, "Failure");
  assert.deepEqual([codes(told), cleared(told)], [["INBOX_UNAVAILABLE"], ["TEST_PASSED", "MAILBOX_ENABLED"]]);
  assert.equal(told.failed("inbound", "test", "INBOX_UNAVAILABLE").outcome, "ignored", "once");
});

test("another organisation's mark that a test finds beside the work ends the work, and with it act alone", () => {
  const told = enabledStory({ configured: ["inbound", "act"] });
  told.tell({ type: "test", enable: false, directions: ["act"] });
  const reply = "the mailbox is marked as that of Contoso";
  told.failed("act", "test", failureOf("ITEMS_OF_ANOTHER_ORGANISATION", { reply }));

  assert.deepEqual([told.state("act"), told.state("inbound")], ["failed.final", "enabled.running"]);
  const [alert] = told.some("raiseAlert");
  assert.equal(alert?.code, "ITEMS_OF_ANOTHER_ORGANISATION");
  assert.equal(alert?.failure?.evidence?.reply, reply);
  assert.match(alert?.detail ?? "", /^Access to appointments, contacts and tasks is disabled now/);
});

test("when the work fails while a test runs beside it, then that is the test's answer too", () => {
  const told = enabledStory();
  told.tell({ type: "test", enable: false, directions: ["inbound"] });
  told.failed("inbound", "sync", "CONNECTION_REFUSED");
  assert.equal(told.state("inbound"), "enabled.retrying");
  const tested = told.some("publishFact").filter((fact) => fact.fact === "tested");
  assert.deepEqual(
    tested.map((fact) => fact.outcome),
    ["failed"],
  );
  assert.deepEqual(told.some("clearTimer"), [{ type: "clearTimer", name: "inbound-test" }]);
});

test("the status says what failed, what to do, how many attempts are left and what comes next", () => {
  const told = enabledStory();
  told.failed("inbound", "sync", "CONNECTION_REFUSED");
  const status = statusOf(told.machine, "inbound", defaultPolicy, told.at);
  assert.deepEqual(
    [status.state, status.enabled, status.attempt, status.attemptsLeft, status.next?.why, status.next?.everyMs],
    ["enabled.retrying", true, 1, 10, "retry", 5 * minute],
  );
  assert.equal(status.lastError?.text, failureCodes.CONNECTION_REFUSED.text);
  assert.equal(status.lastError?.remedy, failureCodes.CONNECTION_REFUSED.remedy);
  assert.deepEqual(summaryOf(told.machine, "inbound").code, "CONNECTION_REFUSED");
  told.ok("inbound", "sync");
  assert.equal(statusOf(told.machine, "inbound", defaultPolicy).lastError, null);
});

test("the coming time of a recurring step rolls on", () => {
  const told = enabledStory();
  const { at } = statusOf(told.machine, "inbound", defaultPolicy).next ?? { at: 0 };
  const later = statusOf(told.machine, "inbound", defaultPolicy, at + 12 * minute).next;
  assert.equal(later?.at, at + 15 * minute);
});
