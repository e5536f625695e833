import assert from "node:assert/strict";
import { test } from "node:test";
import type { FailureCode } from "@mailfleet/contracts";
import { assertUnbroken, walk } from "./walk.ts";
import { walkPolicy } from "./walk-state.ts";

// Half of all that the walks take: a file of its own, so that another core does the others.
test("every reachable state of a mailbox with two directions keeps the rules", () => {
  const codes: FailureCode[] = ["CONNECTION_REFUSED", "AUTHENTICATION_REJECTED", "CONSENT_EXPIRED"];
  const walked = walk({ directions: ["inbound", "outbound"], codes, policy: walkPolicy(1) });

  assertUnbroken(walked);
  assert.ok(walked.states > 1500, `only ${walked.states} states were reached`);
  assert.ok(walked.words.has("enabled.degraded"));
});
