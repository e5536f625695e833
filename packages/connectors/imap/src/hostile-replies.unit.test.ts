import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileWords, longestFor } from "@mailfleet/local/testing";
import { classifyFailure } from "./classify-failure.ts";
import { type Phase, replyRules } from "./reply-rules.ts";

const phases: readonly Phase[] = ["greet", "authenticate", "open", "fetch"];

test("a reply of 1 MB, whatever it repeats, is classified in less than 10 ms", () => {
  const patterns = replyRules.flatMap(({ text, responseCode }) => text ?? responseCode ?? []);
  for (const phase of phases) {
    const context = { host: "mail.example.test", port: 993, phase, secrets: ["pa55word"] };
    const longest = longestFor(hostileWords(patterns), (text) =>
      classifyFailure(Object.assign(new Error("refused"), { responseStatus: "NO", response: text }), context),
    );
    assert.ok(longest < 10, `${phase}: ${longest} ms`);
  }
});
