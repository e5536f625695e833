import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileWords, longestFor } from "@mailfleet/local/testing";
import { errorRules, refusedError } from "./refusals.ts";

test("a refusal of 1 MB, whatever it repeats, is classified in less than 10 ms", () => {
  const patterns = errorRules.map(({ pattern }) => pattern);
  const context = { evidence: {}, purpose: "send", token: "t0ken-of-some-length", now: 0 } as const;
  for (const status of [400, 403, 404, 500]) {
    const longest = longestFor(hostileWords(patterns), (words) => [
      refusedError({ status, body: words.slice(0, 16_384), retryAfter: null }, context),
      refusedError(
        { status, body: JSON.stringify({ error: { code: "x", message: words.slice(0, 16_000) } }), retryAfter: null },
        context,
      ),
    ]);
    assert.ok(longest < 10, `${status}: ${longest} ms`);
  }
});
