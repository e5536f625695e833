import assert from "node:assert/strict";
import { test } from "node:test";
import { changeWords } from "./history.ts";

const cases: readonly [from: string, to: string, words: string][] = [
  ["", "pendingApproval", "pendingApproval"],
  ["pendingApproval", "approved (inbound idle, outbound idle)", "approved: inbound off → idle, outbound off → idle"],
  [
    "enabled.running (inbound enabled.running, outbound enabled.running)",
    "enabled.degraded (inbound enabled.running, outbound enabled.retrying)",
    "enabled.degraded: outbound enabled.running → enabled.retrying",
  ],
  [
    "enabled.running (inbound enabled.running, outbound enabled.running)",
    "enabled.running (inbound enabled.running, outbound enabled.running)",
    "stays enabled.running",
  ],
  ["enabled.running (inbound enabled.running)", "inactive", "inactive"],
];

for (const [from, to, words] of cases)
  test(`history shows what changed and nothing else: ${words}`, () => assert.equal(changeWords({ from, to }), words));
