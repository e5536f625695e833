import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileWords, longestFor } from "@mailfleet/local/testing";
import { reasonRules } from "./api-reasons.ts";
import { refusedError } from "./refusal.ts";

test("a refusal of 1 MB, whatever it repeats, is classified in less than 10 ms", () => {
  const patterns = reasonRules.map(({ pattern }) => pattern);
  const context = { evidence: {}, purpose: "send", token: "t0ken-of-some-length", now: 0 } as const;
  for (const status of [400, 403, 429]) {
    const longest = longestFor(hostileWords(patterns), (words) => [
      refusedError({ status, body: words.slice(0, 16_384), retryAfter: null }, context),
      refusedError(
        { status, body: `{"error":{"message":${JSON.stringify(words.slice(0, 16_000))}}}`, retryAfter: null },
        context,
      ),
    ]);
    assert.ok(longest < 10, `${status}: ${longest} ms`);
  }
});
