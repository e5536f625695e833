import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { classifyReply } from "./classify-reply.ts";
import { replyCases } from "./replies.cases.ts";
import { ReplyReader, type SmtpReply } from "./reply.ts";
import type { Stage } from "./reply-rules.ts";

function repliesIn(reader: ReplyReader, text: string): SmtpReply[] {
  const replies: SmtpReply[] = [];
  reader.read(text, (reply) => replies.push(reply));
  return replies;
}

describe("classifyReply", () => {
  for (const { server, source, stage, reply: text, code, whose } of replyCases)
    it(`${server} at ${stage}: ${text.slice(0, 70).replaceAll("\r\n", " ")} is ${code}, of the ${whose}`, () => {
      const [reply] = repliesIn(new ReplyReader(), `${text}\r\n`);
      assert.ok(reply);
      const found = classifyReply(stage, reply);
      assert.deepEqual([found.failure.code, found.whose], [code, whose], source);
      assert.equal(found.failure.evidence?.reply, text.replaceAll("\r\n", " "));
      const isForGood = !["transient", "throttled"].includes(found.failure.kind);
      const isOurName = code === "EHLO_NAME_REFUSED";
      assert.ok(reply.code >= 500 || !isForGood || isOurName, "a 4xx is not for good");
      if (isForGood) assert.equal(found.failure.kind === "message", whose !== "mailbox");
    });

  it("names every 4xx and 5xx at every stage, and no 4xx permanent or refused for good", () => {
    const stages: Stage[] = ["greeting", "hello", "starttls", "auth", "mail", "rcpt", "data", "final"];
    for (const stage of stages)
      for (let code = 400; code < 500; code++) {
        const { failure } = classifyReply(stage, { code, enhanced: "", lines: ["no"], text: `${code} no` });
        assert.ok(["transient", "throttled"].includes(failure.kind), `${stage} ${code} is ${failure.code}`);
        assert.notEqual(failure.code, "PROTOCOL_ERROR");
      }
  });

  it("follows a wait that the server names", () => {
    const reply = {
      code: 450,
      enhanced: "4.7.1",
      lines: ["4.7.1 Greylisted, try again in 5 minutes"],
      text: "450 4.7.1 Greylisted, try again in 5 minutes",
    };
    assert.equal(classifyReply("rcpt", reply).failure.retryAfterMs, 300_000);
  });
});

describe("ReplyReader", () => {
  it("puts replies together whatever the chunks", () => {
    const reader = new ReplyReader();
    assert.deepEqual(repliesIn(reader, "250-a.exam"), []);
    assert.deepEqual(repliesIn(reader, "ple\r\n250 SI"), []);
    assert.deepEqual(repliesIn(reader, "ZE 10\r"), []);
    const [reply, second] = repliesIn(reader, "\n354 go\r\n");
    assert.deepEqual([reply?.code, reply?.lines, second?.code], [250, ["a.example", "SIZE 10"], 354]);
    assert.ok(reader.isEmpty);
  });
  it("refuses what is no SMTP", () => {
    for (const text of ["HTTP/1.1 400 Bad Request\r\n", "x".repeat(20_000)])
      assert.throws(() => repliesIn(new ReplyReader(), text), { name: "MalformedReply" });
  });
  it("gives what was said before something that is none, and a refusal that the server cut off by closing", () => {
    const heard: number[] = [];
    const reader = new ReplyReader();
    assert.throws(() => reader.read("554 no\r\nGET /\r\n", ({ code }) => heard.push(code)), { name: "MalformedReply" });
    assert.deepEqual(heard, [554]);
    for (const [text, code] of [
      ["554 5.7.1 spam", 554],
      ["554-spam\r\n554 go away", 554],
      ["250 ok", undefined],
      ["554-spam", undefined],
    ] as const) {
      const cut = new ReplyReader();
      repliesIn(cut, text);
      assert.equal(cut.last()?.code, code, text);
    }
  });
});
