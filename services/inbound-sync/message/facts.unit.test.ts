import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredMessage } from "./document.ts";
import { factsOf } from "./facts.ts";

const stored: StoredMessage = {
  ...{ id: "mb_a/1", mailboxId: "mb_a", receivedAt: 1, storedAt: 2, size: 3, sha256: "0".repeat(64) },
  ...{
    messageId: "<a@example.org>",
    subject: "Re: x",
    from: [{ name: null, address: "kim@example.net" }],
    to: [],
    cc: [],
  },
  ...{ recipients: 1, date: null, unparsed: null, expireAt: 9 },
};
const answersTo = ["<b@example.org>"];
const undeliverable = { recipients: [], messageId: null };

const cases: readonly (readonly [what: string, more: Partial<StoredMessage>, ...facts: string[]])[] = [
  ["an ordinary message", {}],
  ["an answer", { answersTo }, "mail.answer-received.v1"],
  ["an answer whose sender cannot be read", { answersTo, from: [] }, "mail.answer-received.v1"],
  ["an automatic answer", { answersTo, automatic: "Auto-Submitted: auto-replied" }],
  ["a report", { undeliverable }, "mail.report-received.v1"],
  ["a report that names what it is about", { undeliverable, answersTo }, "mail.report-received.v1"],
];

for (const [what, more, ...facts] of cases)
  test(`what is told of ${what}`, () => {
    const message = { ...stored, ...more };
    const [received, ...others] = factsOf(message, "c1");
    assert.equal(received?.type, "mail.received.v1");
    assert.deepEqual((received?.body as StoredMessage | undefined)?.answersTo, more.answersTo);
    assert.deepEqual(
      others.map(({ type }) => type),
      facts,
    );
    const [answer] = others.filter(({ type }) => type === "mail.answer-received.v1");
    if (!answer) return;
    const from = message.from[0]?.address ?? null;
    assert.deepEqual(answer.body, { mailboxId: "mb_a", messageKey: "mb_a/1", at: 2, answersTo, from });
    assert.deepEqual([answer.id, answer.subject], ["mb_a/1:answer", "fact.mail.mb_a.answer-received"]);
  });
