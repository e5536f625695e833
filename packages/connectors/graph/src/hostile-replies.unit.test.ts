import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileWords, longestFor } from "@mailfleet/local/testing";
import { errorRules } from "./error-rules.ts";
import { refusedError } from "./graph-error.ts";

test("a refusal of 1 MB, whatever it repeats, is classified in less than 10 ms", () => {
  const patterns = errorRules.map(({ pattern }) => pattern);
  for (const status of [400, 403, 404, 500]) {
    const longest = longestFor(hostileWords(patterns), (words) => [
      refusedError({ status, body: words.slice(0, 16_384), retryAfterMs: undefined }, {}, "t0ken-of-some-length"),
      refusedError(
        {
          status,
          body: JSON.stringify({ error: { code: "x", message: words.slice(0, 16_000) } }),
          retryAfterMs: undefined,
        },
        {},
        "t0ken-of-some-length",
      ),
    ]);
    assert.ok(longest < 10, `${status}: ${longest} ms`);
  }
});
