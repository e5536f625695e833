import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type DirectionSummary, readMessage } from "@mailfleet/contracts";
import type { Effect } from "@mailfleet/mailbox";
import { type EntryContext, outboxEntries } from "../mailbox/outbox-entries.ts";

const summary: DirectionSummary = { state: "testing", generation: 4, attempt: 0, verdict: "NotRun" };
const context: EntryContext = {
  mailboxId: "mb_4fz81k",
  v: 17,
  at: 1000,
  address: "sales@example.org",
  profileId: "pf_0001",
  event: "test-and-enable",
  by: "ada",
  summaries: { inbound: summary, outbound: summary, act: summary },
  steps: [{ step: "connect", outcome: "ok", ms: 2 }],
  correlation: "c-1",
};
const timer = (name: string, due: number, deliver: "run" | "event" = "event"): Effect => ({
  type: "setTimer",
  name,
  direction: "inbound",
  due,
  generation: 4,
  deliver,
  ...(deliver === "run" ? { purpose: "sync", everyMs: 300_000 } : {}),
});
const transitioned = (from: "approved" | "testing", to: "testing" | "enabled.running"): Effect => ({
  type: "publishFact",
  fact: "transitioned",
  lifecycle: { from, to },
});

describe("outbox entries", () => {
  test("carry deterministic ids and bodies that fit their types", () => {
    const effects: Effect[] = [
      { type: "requestRun", direction: "inbound", purpose: "test", generation: 4 },
      timer("inbound", 5000),
      timer("outbound", 6000, "run"),
      { type: "clearTimer", name: "inbound-test" },
      {
        type: "raiseAlert",
        direction: "inbound",
        code: "CONNECTION_REFUSED",
        failure: { kind: "transient", code: "CONNECTION_REFUSED", evidence: { port: 993 } },
      },
      { type: "clearAlert", codes: ["STALLED"] },
      transitioned("approved", "testing"),
      { type: "publishFact", fact: "tested", direction: "inbound", generation: 4, outcome: "ok" },
      { type: "publishFact", fact: "deleted" },
    ];
    const entries = outboxEntries([], effects, context);
    assert.deepEqual(
      entries.map(({ id, type }) => `${id} ${type}`),
      [
        "mb_4fz81k:17:0 run.requested.v1",
        "mb_4fz81k:17:1 timer.set.v1",
        "mb_4fz81k:17:2 timer.set.v1",
        "mb_4fz81k:17:3 timer.clear.v1",
        "mb_4fz81k:17:4 alert.raised.v1",
        "mb_4fz81k:17:5 alert.cleared.v1",
        "mb_4fz81k:17:6 mailbox.transitioned.v1",
        "mb_4fz81k:17:7 mailbox.tested.v1",
        "mb_4fz81k:17:8 mailbox.deleted.v1",
      ],
    );
    for (const { type, body } of entries) {
      const read = readMessage(type, body, [type as "timer.set.v1"]);
      assert.ok(read.ok, read.ok ? "" : read.reason);
    }
    assert.deepEqual(entries.map((entry) => entry.subject).slice(0, 4), [
      "run.inbound.test.mb_4fz81k.4",
      "timer.set.mb_4fz81k",
      "timer.set.mb_4fz81k",
      "timer.clear.mb_4fz81k",
    ]);
    assert.equal(entries[0]?.generation, 4);
    assert.ok(entries.every((entry) => entry.sequence === 17 && entry.correlation === "c-1"));
  });

  test("timers deliver runs into RUNS and events into MAILBOX", () => {
    const [event, run] = outboxEntries([], [timer("inbound", 5000), timer("outbound", 6000, "run")], context);
    const deliver = (entry: typeof event) =>
      (entry as unknown as { body: { deliver: { subject: string; type: string } } }).body.deliver;
    assert.deepEqual(
      [deliver(event), deliver(run)].map(({ subject, type }) => [subject, type]),
      [
        ["mailbox.event.mb_4fz81k", "mailbox.timer-fired.v1"],
        ["run.inbound.sync.mb_4fz81k", "run.requested.v1"],
      ],
    );
  });
});
