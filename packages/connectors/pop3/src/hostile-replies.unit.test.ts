import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureError } from "@mailfleet/contracts";
import { hostileWords, longestFor } from "@mailfleet/local/testing";
import { classifyFailure, Refused } from "./classify-failure.ts";
import { readListing } from "./listing.ts";
import { type Phase, replyRules, saysGone } from "./reply-rules.ts";

const phases: readonly Phase[] = ["greet", "authenticate", "transaction"];

test("a reply of 1 MB, whatever it repeats, is classified in less than 10 ms", () => {
  const patterns = replyRules.flatMap(({ text, responseCode }) => text ?? responseCode ?? []);
  for (const phase of phases) {
    const context = { host: "mail.example.test", port: 995, phase, secrets: ["pa55word"] };
    const longest = longestFor(hostileWords(patterns), (text) => [
      saysGone(`-ERR ${text}`),
      classifyFailure(new Refused("RETR", `-ERR ${text}`), context),
    ]);
    assert.ok(longest < 10, `${phase}: ${longest} ms`);
  }
});

test("a listing of more messages than a server can have is refused", () => {
  const endless = Buffer.from(Array.from({ length: 300_000 }, (_, at) => `${at + 1} 1`).join("\r\n"));
  const tooLarge = (error: unknown) => error instanceof FailureError && error.failure.code === "ANSWER_TOO_LARGE";
  assert.throws(() => readListing(endless, null), tooLarge);
  assert.throws(() => readListing(Buffer.alloc(0), endless), tooLarge);
});
