import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutgoingMessage } from "@mailfleet/contracts";
import type { StoredMessage } from "../message/document.ts";
import { finishPending } from "../message/hand-over.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const stored: StoredMessage = {
  ...{ id: "mb_a/1", mailboxId: "mb_a", receivedAt: 1, storedAt: 2, size: 3, sha256: "0".repeat(64) },
  ...{ messageId: "<a@example.org>", subject: "x", from: [], to: [], cc: [], recipients: 1, date: null },
  ...{ unparsed: null, expireAt: 9 },
};

for (const [what, kept] of [
  ["continues the trace of the run that stored it", { traceparent }],
  ["that was stored without a trace has none", {}],
] as const)
  test(`a fact that a lost run left behind: ${what}`, async () => {
    const published: OutgoingMessage[] = [];
    const ports = {
      bus: { publishAll: async (facts: OutgoingMessage[]) => void published.push(...facts) },
      messages: {
        async *pending() {
          yield stored;
        },
      },
      sources: { told: async () => {} },
      fingerprints: { count: async () => new Map(), add: async () => {} },
      now: () => 5,
    };
    await finishPending(ports as never, { key: "mb_a" } as never, { from: "1", to: "1", ...kept });
    assert.deepEqual(
      published.map((fact) => [fact.id, fact.traceparent]),
      [["mb_a/1", "traceparent" in kept ? traceparent : undefined]],
    );
  });
