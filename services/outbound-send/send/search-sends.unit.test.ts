import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf } from "@mailfleet/contracts";
import { eventsOf } from "./search-sends.ts";
import type { StoredSend } from "./send.ts";

const send = (more: Partial<StoredSend>) =>
  ({
    acceptedAt: 1,
    changedAt: 9,
    by: "ada",
    state: "accepted",
    attempt: 0,
    attempts: [],
    rejected: [],
    nextAttemptAt: null,
    answer: null,
    ...more,
  }) as unknown as StoredSend;
const greylisted = failureOf("MESSAGE_DEFERRED", { reply: "451 come back" });
const taken = { n: 2, startedAt: 7, endedAt: 9 };

const cases: Record<string, { send: Partial<StoredSend>; events: string[] }> = {
  "not tried yet": { send: {}, events: ["1 accepted by ada"] },
  "being tried": {
    send: { state: "sending", attempt: 1, claim: { owner: "p", startedAt: 2 } },
    events: ["1 accepted by ada", "2 attempt number 1"],
  },
  deferred: {
    send: {
      state: "deferred",
      attempts: [{ n: 1, startedAt: 2, endedAt: 3, failure: greylisted }],
      failure: greylisted,
      nextAttemptAt: 60_000,
    },
    events: [
      "1 accepted by ada",
      "2 attempt number 1",
      "3 refused MESSAGE_DEFERRED: 451 come back",
      "9 deferred MESSAGE_DEFERRED: 451 come back; tried again from 1970-01-01T00:01:00.000Z",
    ],
  },
  "an attempt whose process was lost, then sent, not to all": {
    send: {
      state: "sent",
      attempts: [{ n: 1, startedAt: 2 }, taken],
      answer: "250 queued",
      rejected: [{ address: "b@x", reply: "550 no" }],
    },
    events: [
      "1 accepted by ada",
      "2 attempt number 1",
      "7 attempt number 2",
      "9 sent 250 queued",
      "9 rejectedRecipient b@x: 550 no",
    ],
  },
  "sent, and its copy is filed": {
    send: { state: "sent", attempts: [taken], answer: "250 ok", filedAt: 12 },
    events: ["1 accepted by ada", "7 attempt number 2", "9 sent 250 ok", "12 copyFiled null"],
  },
  "sent, and its copy is not filed yet": {
    send: { state: "sent", attempts: [taken], answer: "250 ok", afterwards: { at: 20, tries: 2 } },
    events: [
      "1 accepted by ada",
      "7 attempt number 2",
      "9 sent 250 ok",
      "20 copyDue a copy among the sent mail, tried 2 times",
    ],
  },
};
for (const [what, one] of Object.entries(cases))
  test(`what happened to a send: ${what}`, () => {
    assert.deepEqual(
      eventsOf(send(one.send)).map(({ at, what: event, words }) => `${at} ${event} ${words}`),
      one.events,
    );
  });
