import assert from "node:assert/strict";
import { test } from "node:test";
import { type Direction, type FailureCode, lifecycleWords } from "@mailfleet/contracts";
import { assertUnbroken, walk } from "./walk.ts";
import { walkPolicy } from "./walk-state.ts";

const oneOfEachKind: FailureCode[] = [
  "CONNECTION_REFUSED",
  "RATE_LIMITED",
  "INBOX_UNAVAILABLE",
  "AUTHENTICATION_REJECTED",
  "CREDENTIALS_MISSING",
  "CONSENT_EXPIRED",
  "INTERNAL_ERROR",
  "MESSAGE_REFUSED",
  "CONSENT_MISSING",
];

for (const direction of ["inbound", "outbound", "act"] satisfies Direction[])
  test(`every reachable state of a mailbox with ${direction} keeps the rules`, () => {
    const walked = walk({ directions: [direction], codes: oneOfEachKind, policy: walkPolicy(3) });

    assertUnbroken(walked);
    assert.ok(walked.states > 200, `only ${walked.states} states were reached`);
    const missing = lifecycleWords.filter((word) => !walked.words.has(word));
    assert.deepEqual(missing, ["enabled.degraded"], "words that one direction cannot reach");
  });

// The chart is the same one, so the pairs with the third direction need only one cause of each end.
for (const other of ["inbound", "outbound"] satisfies Direction[])
  test(`every reachable state of a mailbox with ${other} and act keeps the rules`, () => {
    const codes: FailureCode[] = ["CONNECTION_REFUSED"];
    const walked = walk({ directions: [other, "act"], codes, policy: walkPolicy(1) });

    assertUnbroken(walked);
    assert.ok(walked.states > 500, `only ${walked.states} states were reached`);
  });
