import assert from "node:assert/strict";
import { isAscii } from "node:buffer";
import { describe, test } from "node:test";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { UnsendableMessage } from "./message-walker.ts";
import { prepareRaw } from "./prepare-raw.ts";
import { MessageRewriter, rewriteMessage } from "./rewrite-message.ts";
import { type MessageFacts, MessageScanner, scanMessage } from "./scan-message.ts";
import { sendingCases } from "./sending.cases.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

/** What leaves for a server, as the service and the connector make it; throws what they refuse. */
function leaves(raw: Buffer, sevenBit: boolean): Buffer {
  const { head, rest } = prepareRaw({ start: raw, messageId: "<m@x>", sendId: "sn_1", date: 0 });
  let message: Buffer = Buffer.concat([head, rest]);
  for (const options of [{ sevenBit: false }, { sevenBit }]) {
    const facts = scanMessage(message);
    if (!facts?.mustChange(options)) continue;
    const reason = facts.whyNot(options);
    if (reason !== null) throw new UnsendableMessage(reason);
    message = rewriteMessage(message, facts, options);
  }
  return message;
}

function scanned(pieces: readonly Uint8Array[]): MessageFacts {
  const scanner = new MessageScanner();
  for (const piece of pieces) scanner.push(piece);
  return scanner.end();
}

/** What an independent parser reads, without what Mailfleet adds. */
async function read(raw: Buffer) {
  const email = await PostalMime.parse(raw, { attachmentEncoding: "arraybuffer" });
  const { subject, from, to, cc, text, html } = email;
  const lines = (value: string | undefined) => value?.replaceAll("\r\n", "\n").trimEnd();
  return {
    ...{ subject, from, to, cc, text: lines(text), html: lines(html) },
    files: email.attachments.map(({ filename, content }) => [
      filename,
      Buffer.from(content as ArrayBuffer)
        .toString("latin1")
        .trimEnd(),
    ]),
  };
}

describe("a ready-made message", () => {
  for (const { what, raw, sevenBit = false, refused, has, hasNot, untouched, reads } of sendingCases)
    test(`${what} ${refused ? "is refused with words" : untouched ? "leaves as it is" : "leaves legal"}`, async () => {
      const original = bytes(raw);
      if (refused) {
        assert.throws(
          () => leaves(original, sevenBit),
          (error) => error instanceof UnsendableMessage && refused.test(error.message),
        );
        return;
      }
      const sent = leaves(original, sevenBit);
      const shown = sent.toString("latin1");
      if (untouched) assert.ok(shown.endsWith(raw));
      for (const line of shown.split(/\r?\n/)) assert.ok(line.length <= 998 && !/[\0\r]/.test(line), line.slice(0, 60));
      const header = shown.slice(0, /\r?\n\r?\n/.exec(shown)?.index);
      assert.ok(isAscii(bytes(header)), header);
      if (sevenBit) assert.ok(isAscii(sent));
      if (has) assert.match(shown, has);
      if (hasNot) assert.doesNotMatch(shown, hasNot);
      if (!reads) assert.deepEqual(await read(sent), await read(original));
    });

  test("is read and written the same wherever its pieces end", () => {
    for (const { raw, sevenBit = false, refused } of sendingCases) {
      if (refused) continue;
      const whole = bytes(raw);
      const facts = scanned([whole]);
      const expected = rewriteMessage(whole, facts, { sevenBit });
      fc.assert(
        fc.property(fc.array(fc.nat(Math.max(1, whole.length)), { maxLength: 4 }), (cuts) => {
          const ends = [...cuts.sort((a, b) => a - b), whole.length];
          const pieces = ends.map((end, at) => whole.subarray(at === 0 ? 0 : ends[at - 1], end));
          const again = scanned(pieces);
          assert.deepEqual(again.parts, facts.parts);
          const rewriter = new MessageRewriter(again, { sevenBit });
          assert.deepEqual(
            Buffer.concat([...pieces.flatMap((piece) => rewriter.push(piece)), ...rewriter.end()]),
            expected,
          );
        }),
        { numRuns: 10 },
      );
    }
  });

  test("that was written anew needs it no more", () => {
    for (const { raw, refused } of sendingCases) {
      if (refused) continue;
      for (const sevenBit of [false, true]) {
        const facts = scanned([bytes(raw)]);
        if (facts.whyNot({ sevenBit }) !== null) continue;
        const again = scanned([rewriteMessage(bytes(raw), facts, { sevenBit })]);
        assert.equal(again.mustChange({ sevenBit }), false, raw.slice(0, 200));
      }
    }
  });

  test("with international addresses needs SMTPUTF8, and only with these", () => {
    const of = (header: string) => scanned([Buffer.from(`${header}\r\n\r\nx\r\n`)]).eightBitHeader;
    assert.equal(of("To: Jörg <jörg@x.test>"), true);
    assert.equal(of("To: Jörg <j@bücher.example>\r\nSubject: Grüße"), false);
  });

  test("is looked at in a few microseconds where nothing must be done", () => {
    const plain = bytes(`From: a@x.test\r\nSubject: x\r\n\r\n${`${"word ".repeat(14)}\r\n`.repeat(60)}`);
    assert.equal(scanMessage(plain), null);
  });
});
