import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileWords, longestFor } from "@mailfleet/local/testing";
import { classifyReply } from "./classify-reply.ts";
import { MalformedReply, ReplyReader, type SmtpReply } from "./reply.ts";
import { replyRules, type Stage, tooManyRecipients } from "./reply-rules.ts";

const stages: readonly Stage[] = ["greeting", "auth", "rcpt", "final"];
const LINE = 15_000;

/**
 * The reply that these words are, in lines as long as a server may write. Redaction has a test of its own
 * (redact.unit.test.ts): what counts the lines that run makes it many times slower.
 */
function replyFrom(words: string) {
  const lines = Array.from({ length: Math.ceil(words.length / LINE) }, (_, at) =>
    words.slice(at * LINE, (at + 1) * LINE),
  );
  const text = lines.map((line, at) => `450${at === lines.length - 1 ? " " : "-"}${line}\r\n`).join("");
  const replies: SmtpReply[] = [];
  new ReplyReader().read(text, (reply) => replies.push(reply));
  const [reply] = replies;
  assert.ok(reply);
  return reply;
}

test("a reply of 1 MB, whatever it repeats, is classified in less than 10 ms", () => {
  const patterns = [...replyRules.map(({ pattern }) => pattern), tooManyRecipients];
  const replies = Array.from(hostileWords(patterns), replyFrom);
  assert.ok(replies.length > 100);
  for (const stage of stages) {
    const longest = longestFor(replies, (reply) => classifyReply(stage, reply));
    assert.ok(longest < 10, `${stage}: ${longest} ms`);
  }
});

test("a reply of lines without end is refused, and little of its lines is kept", () => {
  const reader = new ReplyReader();
  const line = `250-${"x".repeat(LINE)}\r\n`;
  assert.throws(() => {
    for (let n = 0; n < 10_000; n += 1) reader.read(line, () => {});
  }, MalformedReply);
});
