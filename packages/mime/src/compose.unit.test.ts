import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { composeMessage } from "./compose-message.ts";
import { composeProbe } from "./compose-probe.ts";
import { readProbeMark } from "./message-id.ts";
import { prepareRaw } from "./prepare-raw.ts";
import { readHeaders } from "./read-headers.ts";
import { recipientCases } from "./recipients.cases.ts";

describe("composing", () => {
  test("a probe can be recognised when it comes back", async () => {
    const mark = { mailboxId: "mb_abcd", generation: 3, at: 1000 };
    const code = (text: string) => `${"c".repeat(40)}${text.length}`;
    const isOurs = (text: string, given: string) => given === code(text);
    const probe = await composeProbe({ ...mark, address: "sales@example.org", sign: code });
    const headers = readHeaders(probe.raw);
    assert.equal(headers.messageId, "<test.mb_abcd.3@example.org>");
    assert.deepEqual(readProbeMark(headers.probe, "mb_abcd", isOurs), mark);
    assert.equal(readProbeMark(headers.probe, "mb_other", isOurs), null);
    assert.equal(
      readProbeMark(headers.probe, "mb_abcd", () => false),
      null,
    );
    assert.equal(
      readProbeMark("mb_abcd; generation=3; at=1000", "mb_abcd", () => true),
      null,
    );
    assert.equal(headers.autoSubmitted, "auto-generated");
    assert.deepEqual(probe.envelope, { from: "sales@example.org", to: ["sales@example.org"] });
  });

  test("blind copies are in the envelope only", async () => {
    const { raw, envelope } = await composeMessage({
      content: {
        from: "Sales <alias@example.org>",
        to: ["a@x.test"],
        cc: ["b@x.test"],
        bcc: ["c@x.test"],
        subject: "Grüße",
        text: "ü",
        attachments: [{ filename: "ü.txt", contentBase64: Buffer.from("hello").toString("base64") }],
      },
      from: "sales@example.org",
      messageId: "<sn_1234@example.org>",
      date: Date.UTC(2026, 0, 1),
      extraHeaders: { "X-Mailfleet-Send": "sn_1234" },
    });
    const headers = readHeaders(raw);
    assert.deepEqual(envelope, { from: "sales@example.org", to: ["a@x.test", "b@x.test", "c@x.test"] });
    assert.equal(headers.subject, "Grüße");
    assert.deepEqual(headers.from, [{ name: "Sales", address: "alias@example.org" }]);
    assert.equal(headers.send, "sn_1234");
    assert.equal(headers.date, Date.UTC(2026, 0, 1));
    assert.equal(headers.unparsed, null);
    assert.ok(!raw.includes("c@x.test"));
    assert.ok(!/[^\r]\n/.test(raw.toString("latin1")), "every line ends with CRLF");
  });

  for (const { what, to, read } of recipientCases)
    test(`recipients: ${what}`, async () => {
      const content = { to, cc: to, replyTo: to[0], subject: "x", text: "t" };
      const { raw, envelope } = await composeMessage({ content, from: "a@x.test", messageId: "<1@x>", date: 0 });
      const { to: shown, cc, unparsed } = readHeaders(raw);
      assert.deepEqual(shown, read);
      assert.deepEqual(cc, read);
      assert.equal(unparsed, null);
      assert.deepEqual(envelope.to, [...new Set(to.map((one) => (typeof one === "string" ? one : one.address)))]);
      const header = raw.subarray(0, raw.indexOf("\r\n\r\n")).toString("latin1");
      assert.ok(/^[\x20-\x7e\r\n\t]*$/.test(header), "the header is ASCII");
      assert.ok(header.split("\r\n").every(({ length }) => length <= 998));
    });

  test("content cannot make the composer read files", async () => {
    const content = {
      to: ["a@x.test"],
      subject: "x",
      text: "t",
      attachments: [{ filename: "/etc/passwd", contentBase64: "" }],
    };
    const { raw } = await composeMessage({ content, from: "a@x.test", messageId: "<1@x>", date: 0 });
    assert.ok(!raw.includes("root:"));
  });
});

describe("preparing ready-made bytes", () => {
  const add = { messageId: "<sn_1@x>", sendId: "sn_1", date: 0 };
  test("adds what is missing and leaves every byte", () => {
    const original = Buffer.from("Subject: x\r\n\r\nbody \xff\r\n.\r\n", "latin1");
    const { head, messageId } = prepareRaw({ start: original, ...add });
    const raw = Buffer.concat([head, original]);
    assert.equal(messageId, "<sn_1@x>");
    assert.deepEqual(raw.subarray(raw.length - original.length), original);
    const headers = readHeaders(raw);
    assert.equal(headers.messageId, "<sn_1@x>");
    assert.equal(headers.send, "sn_1");
    assert.equal(headers.date, 0);
    assert.equal(headers.subject, "x");
  });

  test("keeps an own Message-ID and Date", () => {
    const start = Buffer.from("Message-ID: <own@x>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n\n");
    const { head, messageId } = prepareRaw({ start, ...add });
    const raw = Buffer.concat([head, start]);
    assert.equal(messageId, "<own@x>");
    assert.equal(raw.toString().match(/Message-ID/g)?.length, 1);
    assert.equal(raw.toString().match(/Date/g)?.length, 1);
  });
});
